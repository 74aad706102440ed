import { describe, expect, it } from "vitest";
import type { Job } from "../../../worker/executor/protocol.ts";
import { type WarmTerms, warmName } from "../../../worker/executor/warm-name.ts";

const JOB: Pick<Job, "tenantId" | "agentId" | "program" | "grants" | "limits"> = {
	tenantId: "ten_a",
	agentId: "agt_a",
	program: { main: "main.js", modules: { "main.js": "export default () => 1", "a.js": "1" }, sources: {}, libraries: ["zod"] },
	grants: [{ name: "web", verb: "http.fetch", methods: ["fetch"], streams: [] }],
	limits: { wallMs: 1_000, cpuMs: 100, memoryMb: 64 },
};
const TERMS: WarmTerms = { labels: ["untrusted"], policyVersion: 1, agentRevision: 1 };
const nameOf = (job: Partial<Job> = {}, terms: Partial<WarmTerms> = {}): Promise<string> =>
	warmName({ ...JOB, ...job }, { ...TERMS, ...terms });

describe("the name of a warm isolate", () => {
	it.each<[string, Partial<Job>, Partial<WarmTerms>]>([
		["tenant", { tenantId: "ten_b" }, {}],
		["agent", { agentId: "agt_b" }, {}],
		["text of a module", { program: { ...JOB.program, modules: { ...JOB.program.modules, "a.js": "2" } } }, {}],
		["name of a module", { program: { ...JOB.program, modules: { "main.js": "export default () => 1", "b.js": "1" } } }, {}],
		["main module", { program: { ...JOB.program, main: "a.js" } }, {}],
		["libraries", { program: { ...JOB.program, libraries: [] } }, {}],
		["grants", { grants: [] }, {}],
		["methods of a grant", { grants: [{ name: "web", verb: "http.fetch", methods: ["fetch", "stream"], streams: ["stream"] }] }, {}],
		["name of a grant", { grants: [{ name: "net", verb: "http.fetch", methods: ["fetch"], streams: [] }] }, {}],
		["CPU limit", { limits: { ...JOB.limits, cpuMs: 101 } }, {}],
		["memory limit", { limits: { ...JOB.limits, memoryMb: 65 } }, {}],
		["labels to begin with", {}, { labels: [] }],
		["more labels to begin with", {}, { labels: ["private", "untrusted"] }],
		["version of the policy", {}, { policyVersion: 2 }],
		["state of the agent", {}, { agentRevision: 2 }],
	])("is another for another %s", async (_what, job, terms) => {
		expect(await nameOf(job, terms)).not.toBe(await nameOf());
	});
	it("is the same whatever is of one run alone, and however the same is written", async () => {
		const own = { runId: "run_b", token: "other", input: "2", seed: "1", clockMs: 5, limits: { ...JOB.limits, wallMs: 5 } };
		expect(await nameOf(own)).toBe(await nameOf());
		const turned = { ...JOB.program, modules: { "a.js": "1", "main.js": "export default () => 1" } };
		expect(await nameOf({ program: turned }, { labels: ["untrusted", "untrusted"] })).toBe(await nameOf());
		expect(await nameOf()).toMatch(/^[0-9a-f]{64}$/);
	});
});
