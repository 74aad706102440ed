import { z } from "zod";
import type { LintWarning } from "../../contract/lint.ts";
import type { PolicyGrant } from "../policy/bind-policy.ts";
import { FilesGrant } from "../verbs/files/files-grant.ts";
import { HttpFetchGrant } from "../verbs/http-fetch/http-fetch-grant.ts";
import { canHave, labelled, type LintRule, namesOf } from "./lint-subject.ts";

/** What a grant reads that is mostly private, and its policy does not say so; null: nothing that can be told. */
const privateText = ({ name, verb, grant, bound }: PolicyGrant): string | null => {
	switch (verb) {
		case "sql.query":
			return `${name} reads rows of yours`;
		case "crypto.seal":
			return bound.methods.includes("decrypt") ? `${name} opens what was sealed` : null;
		case "files":
			return bound.labels.includes("untrusted") || !readsInput(grant) ? null : `${name} reads the files that runs are given`;
		case "http.fetch":
			return readsWithSecret(grant) ? `${name} reads with a credential of yours` : null;
		default:
			return null;
	}
};

/** Sources that look private and are not labelled so. */
export const privateSourceUnlabelled: LintRule = (subject) => {
	const external = labelled(subject, "external");
	return [...subject.bound.grants.values()].flatMap((grant): LintWarning[] => {
		const text = grant.bound.labels.includes("private") ? null : privateText(grant);
		const others = external.filter(({ name }) => name !== grant.name);
		if (text === null || others.length === 0) return [];
		const message = `${text}, and nothing says that it is private: a run may send it out through ${namesOf(others)} after it has read anything at all. Add "labels": ["private"] to ${grant.name} if strangers must not read it.`;
		return [{ rule: "private_source_unlabelled", grants: [grant.name], message }];
	});
};

/** Sources that hold what strangers wrote and are not labelled so; only where it would be asked about. */
export const untrustedSourceUnlabelled: LintRule = (subject) => {
	const external = labelled(subject, "external");
	if (!canHave(subject, "private") || external.length === 0 || subject.bound.labels.includes("untrusted")) return [];
	return [...subject.bound.grants.values()].flatMap((grant): LintWarning[] => {
		const { name, bound } = grant;
		const text = bound.labels.includes("untrusted") ? null : strangersText(grant);
		if (text === null) return [];
		const message = `${text}, and such a text can fool a model; ${name} does not say so, and nobody is asked when a run that read it sends private data through ${namesOf(external)}. Add "labels": ["untrusted"] to ${name} unless all of it is your own words.`;
		return [{ rule: "untrusted_source_unlabelled", grants: [name], message }];
	});
};

/** What a grant reads that strangers may have written; null: nothing that can be told. */
const strangersText = ({ verb, grant, bound }: PolicyGrant): string | null => {
	switch (verb) {
		case "sql.query":
			return "Rows can hold what strangers wrote (a name, a comment, a mail)";
		case "files":
			return readsInput(grant) ? "Files that runs are given can hold what strangers wrote" : null;
		case "human.ask":
			return bound.labels.includes("external") ? "Answers come from somebody outside" : null;
		default:
			return null;
	}
};

const INPUT = "/workspace/input";
const readsInput = (grant: unknown): boolean => {
	const { mounts } = FilesGrant.parse(grant);
	return Object.keys(mounts).some((path) => INPUT.startsWith(path) || path.startsWith(`${INPUT}/`));
};

const readsWithSecret = (grant: unknown): boolean => {
	const { inject, allow, templates } = HttpFetchGrant.parse(grant);
	if (inject === undefined || !Secrets.safeParse(inject).success) return false;
	const read = [
		...(allow ?? []).map(({ methods }) => methods ?? READING),
		...Object.values(templates ?? {}).map(({ method }) => [method ?? "GET"]),
	];
	return read.some((methods) => methods.some((method) => READING.includes(method)));
};
const READING: readonly string[] = ["GET", "HEAD"];
/** An injection, or a list of them that is not empty. */
const Secrets = z.union([z.array(z.unknown()).min(1), z.looseObject({})]);
