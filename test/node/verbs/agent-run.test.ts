import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { decodeValue } from "../../../contract/tagged-json.ts";
import { agentRun } from "../../../worker/verbs/agent-run/agent-run.ts";
import { type BoundGrant, NO_RESOURCES } from "../../../worker/verbs/verb.ts";
import { invalidMessage } from "./perform.ts";

const BUDGET = { runs: 3, calls: 10, cpuMs: 1_000, wallMs: 10_000, tokens: 50, egressBytes: 100, usdMicros: 500 };
const bind = (rest: Record<string, unknown> = {}): BoundGrant =>
	agentRun.bind(agentRun.grantSchema.parse({ verb: "agent.run", agent: "helper", budget: BUDGET, ...rest }));
const prepared = (grant: BoundGrant, ...args: unknown[]) => {
	const preparation = grant.prepare("run", args, NO_RESOURCES);
	if (preparation.kind !== "prepared") throw new Error(preparation.message);
	return preparation.call;
};
const orderOf = (grant: BoundGrant, ...args: unknown[]) => {
	const { act } = prepared(grant, ...args);
	if (act.where !== "agent") throw new Error("the call runs an agent");
	return act.order;
};

describe("a grant", () => {
	test("that says little lends one run, no tokens and no bytes", () => {
		const { lends } = prepared(bind({ budget: { calls: 1, cpuMs: 1, wallMs: 1, usdMicros: 0 } }));
		expect(lends).toEqual({ runs: 1, calls: 1, cpuMs: 1, wallMs: 1, tokens: 0, egressBytes: 0, usdMicros: 0 });
	});

	test.for([
		["no budget", { budget: undefined }],
		["a budget without calls", { budget: { cpuMs: 1, wallMs: 1, usdMicros: 1 } }],
		["a budget without money", { budget: { calls: 1, cpuMs: 1, wallMs: 1 } }],
		["less than one run", { budget: { ...BUDGET, runs: 0 } }],
		["half a call", { budget: { ...BUDGET, calls: 0.5 } }],
		["a dimension that there is not", { budget: { ...BUDGET, joules: 1 } }],
		["no agent", { agent: "" }],
		["a program of another kind", { program: "any" }],
		["more at once than may be", { limits: { atOnce: LIMITS.childrenAtOnce + 1 } }],
	] as const)("with %s is refused", ([, rest]) => {
		expect(agentRun.grantSchema.safeParse({ verb: "agent.run", agent: "helper", budget: BUDGET, ...rest }).success).toBe(false);
	});

	test("has no labels by nature: what goes out is checked in the run that is started", () => {
		expect(bind().labels).toEqual([]);
		expect(bind({ labels: ["private"] }).labels).toEqual(["private"]);
	});

	test("declares what may be asked for", () => {
		const declaration = bind({ grants: ["web"] }).declaration(NO_RESOURCES);
		expect(declaration).toContain('grants?: ("web")[]');
		expect(declaration).toContain("calls 10");
		expect(declaration).not.toContain("program?");
		expect(bind({ agent: "self" }).declaration(NO_RESOURCES)).toContain("program?: string");
		expect(bind({ agent: "a */ b" }).declaration(NO_RESOURCES)).not.toContain("a */ b");
	});

	test("warns of programs that anybody brings, and of money that starts nothing", () => {
		expect(bind().lint()).toEqual([]);
		expect(bind({ program: "given" }).lint()).toHaveLength(1);
		expect(bind({ budget: { ...BUDGET, usdMicros: 0 } }).lint()).toHaveLength(1);
	});
});

describe("a call", () => {
	test("asks for what it says, within the grant, and for the grant's own where it says nothing", () => {
		expect(orderOf(bind())).toEqual({
			...{ agent: "helper", input: "null", program: null, language: "typescript", grants: null },
			...{ slice: BUDGET, labels: [], atOnce: null },
		});
		const order = orderOf(bind({ grants: ["web", "llm"], limits: { atOnce: 2 } }), {
			input: { at: new Date(0) },
			grants: ["web"],
			budget: { calls: 4, tokens: 0 },
			labels: ["private", "private"],
		});
		expect(order).toMatchObject({ grants: ["web"], slice: { ...BUDGET, calls: 4, tokens: 0 }, labels: ["private"], atOnce: 2 });
		expect(decodeValue(order.input)).toEqual({ kind: "decoded", value: { at: new Date(0) } });
		expect(orderOf(bind({ grants: ["web"] }), {}).grants).toEqual(["web"]);
	});

	test("changes something, may be made again with its id, and is planned in a dry run", () => {
		expect(prepared(bind())).toMatchObject({
			effect: "write",
			idempotent: true,
			local: false,
			planned: { status: "succeeded" },
			worstCost: {},
		});
	});

	test.for([
		["a number", [1], /^run argument 1: found 1, wanted an object/],
		["a strange field", [{ inputs: 1 }], /the field "inputs"/],
		["more than is lent", [{ budget: { calls: 11 } }], /^run argument 1.budget.calls: found 11, wanted at most 10/],
		["no time", [{ budget: { cpuMs: 0 } }], /budget.cpuMs: found 0, wanted at least 1/],
		["less than nothing", [{ budget: { calls: -1 } }], /budget.calls: found -1, wanted a whole number/],
		["a label that is none", [{ labels: ["external"] }], /labels\[0\]: found "external", wanted private or untrusted/],
		["an input that has a function", [{ input: () => 1 }], /^run argument 1.input/],
		["two arguments", [{}, {}], /found 2 arguments/],
	] as const)("with %s is refused", ([, args, says]) => {
		expect(invalidMessage(bind(), "run", args)).toMatch(says);
	});

	test("brings a program only where the grant says so", () => {
		const program = "export default () => 1";
		expect(prepared(bind(), { program }).decision).toMatchObject({ kind: "denied", code: "capability_not_granted" });
		expect(orderOf(bind({ program: "given" }), { program }).program).toBe(program);
		expect(orderOf(bind({ agent: "self" }), { program: { main: "a.ts", modules: { "a.ts": program } } }).program).toEqual({
			main: "a.ts",
			modules: { "a.ts": program },
		});
		expect(prepared(bind({ agent: "self", program: "stored" }), { program }).decision).toMatchObject({ kind: "denied" });
		expect(invalidMessage(bind({ agent: "self" }), "run", [{ program: 7 }])).toMatch(/program: found 7, wanted a program/);
	});

	test("names grants only out of the grant's", () => {
		expect(prepared(bind({ grants: ["web"] }), { grants: ["llm"] }).decision).toMatchObject({
			kind: "denied",
			code: "capability_not_granted",
		});
	});

	test("that brings bytes where fields are wanted is refused without listing them", () => {
		const bytes = new Proxy(new Uint8Array(8), {
			ownKeys: () => {
				throw new Error("somebody listed the bytes as fields");
			},
		});
		for (const args of [[bytes], [{ budget: bytes }], [{ program: bytes }], [{ program: { main: "a", modules: bytes } }]])
			expect(bind({ agent: "self" }).prepare("run", args, NO_RESOURCES).kind).toBe("invalid");
	});
});
