import { expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { OPERATIONS } from "../../../contract/operations.ts";
import { type Answer, ask, errorOf, newTenant } from "./ask.ts";

const listOf = (count: number, item: string): string => `[${Array.from({ length: count }, () => item).join()}]`;
const recordOf = (count: number, entry: string): string =>
	`{${Array.from({ length: count }, (_, index) => `"k${index}":${entry}`).join()}}`;

const refused = async (path: string, raw: string): Promise<string> => {
	const answer: Answer = await ask("POST", path, { key: (await newTenant()).key.value, raw });
	expect(answer.status, answer.text.slice(0, 400)).toBe(400);
	expect(errorOf(answer).code).toBe("invalid_request");
	expect(answer.text.length).toBeLessThan(16 * 1024);
	return errorOf(answer).message;
};

test.each(["1e999", "-1e999"])("a number that JSON cannot hold is refused wherever it stands: %s", async (number) => {
	for (const raw of [
		`{"program":"x","input":${number}}`,
		`{"program":"x","input":[{"a":[1,${number}]}]}`,
		`{"program":"x","metadata":{"a":${number}}}`,
	])
		expect(await refused("/v1/runs", raw)).toContain("a number is too large for JSON numbers");
});

test.each([
	["metadata", recordOf(150_000, "{}"), `wanted at most ${LIMITS.metadataEntries} entries`],
	["files", recordOf(150_000, "1"), `wanted at most ${LIMITS.filesPerRun} files`],
	["grants", listOf(390_000, "1"), `wanted at most ${LIMITS.grantsPerPolicy} items`],
	["labels", listOf(390_000, "1"), `wanted at most ${LIMITS.labelsPerRun} items`],
	["program", `{"main":"a","modules":${recordOf(150_000, "1")}}`, `wanted at most ${LIMITS.programModules} modules`],
])("%s with very many wrong entries is one issue, of its size", async (field, value, wanted) => {
	const message = await refused("/v1/runs", `{"program":"x","${field}":${value}}`.replace('"program":"x","program"', '"program"'));
	expect(message).toContain(wanted);
	expect(message).not.toContain("more: see issues");
});

test("grants of a policy and scopes of a key are counted before they are read", async () => {
	const policy = `{"name":"a","policy":{"grants":${recordOf(150_000, "1")}}}`;
	expect(await refused("/v1/agents", policy)).toContain(`wanted at most ${LIMITS.grantsPerPolicy} grants`);
	expect(await refused("/v1/keys", `{"name":"a","scopes":${listOf(390_000, "1")}}`)).toContain("items");
});

test("very many unknown fields are told of in a short answer", async () => {
	for (const raw of [recordOf(150_000, "1"), `{"program":"x","files":{"f":${recordOf(150_000, "1")}}}`]) await refused("/v1/runs", raw);
});

test("a schema of a body makes few issues of a wrong list or record, however long", () => {
	const long = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, 1]));
	const list = Array.from({ length: 5_000 }, () => ({}));
	for (const operation of Object.values(OPERATIONS)) {
		if (operation.body === null) continue;
		const names = [
			"name",
			"agent",
			"grants",
			"program",
			"input",
			"files",
			"metadata",
			"labels",
			"limits",
			"policy",
			"scopes",
			"budget",
			"value",
		];
		for (const wrong of [long, list]) {
			const parsed = operation.body.safeParse(Object.fromEntries(names.map((name) => [name, wrong])));
			expect(parsed.error?.issues.length).toBeLessThan(50);
		}
	}
});
