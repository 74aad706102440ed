import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { CATALOGUE } from "../../../worker/verbs/catalogue.ts";
import type { Verb } from "../../../worker/verbs/verb.ts";
import { callContext, codeOf, invalidMessage, performOnHost } from "./perform.ts";

const isVerb = (value: unknown): value is Verb => typeof value === "object" && value !== null && "bind" in value && "grantSchema" in value;

test("the worked example in docs/design/verbs.md is a verb as it stands there", async () => {
	const page = await readFile(join(import.meta.dirname, "../../../docs/design/verbs.md"), "utf8");
	const [, source] = /```ts\n([\s\S]*?)```/.exec(page) ?? [];
	assert(source !== undefined, "the page has no example");
	// Inside the project, so that zod is found; the imports are pointed at the room where the page puts the file.
	const folder = await mkdtemp(join(import.meta.dirname, "../.example-"));
	try {
		await writeFile(join(folder, "clock.ts"), source.replaceAll('from "./', 'from "../../../worker/verbs/'));
		const { clock }: { clock: unknown } = await import(/* @vite-ignore */ pathToFileURL(join(folder, "clock.ts")).href);
		assert(isVerb(clock));
		const grant = clock.bind({ verb: "clock", stepMs: 60_000, labels: ["private"] });
		const outcome = await performOnHost(grant, "now", [], callContext());
		expect(codeOf(outcome)).toBe("done");
		expect(outcome.kind === "done" && Number(outcome.value) % 60_000).toBe(0);
		expect(invalidMessage(grant, "now", [1])).toBe("now argument 1: found 1, wanted no argument");
		expect(clock.grantSchema.safeParse({ verb: "clock", stepMs: 0 }).success).toBe(false);
	} finally {
		await rm(folder, { recursive: true });
	}
});

test("every verb of the catalogue stands under its own name, with a strict schema that asks for that name", () => {
	expect([...CATALOGUE.keys()]).toEqual(expect.arrayContaining(["files", "http.fetch", "crypto.sign"]));
	for (const [name, verb] of CATALOGUE) {
		expect(verb.name).toBe(name);
		expect(verb.grantSchema.safeParse({ verb: "other" }).error?.issues[0]?.path).toEqual(["verb"]);
		for (const [field, schema] of Object.entries(verb.grantSchema.shape))
			expect([field, schema.description]).toEqual([field, expect.any(String)]);
		expect(() => verb.bind({ verb: "another" })).toThrow();
	}
});
