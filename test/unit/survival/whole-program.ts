import type { Policy } from "../../../contract/agents.ts";
import type { TestProgram, World } from "./mini-harness.ts";

const far = (method: string, more = {}) => ({ verb: "http.fetch", allow: [{ host: "example.com", methods: [method] }], ...more });

/** Grants of every kind that a crash tells apart. */
export const POLICY: Policy = {
	grants: {
		reads: far("GET"),
		keyed: far("POST", { idempotencyHeader: "idempotency-key" }),
		plain: far("POST"),
		asked: far("POST", { approval: "always" }),
		memory: { verb: "state" },
	},
	flow: { "private+untrusted -> external": "allow" },
	approvals: { expireMs: 30 * 24 * 60 * 60 * 1000 },
};

/** By step: through which grant it goes. */
export const STEPS: ReadonlyMap<string, string> = new Map(
	Object.entries({
		read: "reads",
		plain: "plain",
		asked: "asked",
		large: "reads",
		"part-keyed": "keyed",
		"part-plain": "plain",
		"part-asked": "asked",
		"part-next": "plain",
	}),
);

const say = ({ call }: World, step: string): Promise<unknown> => {
	const grant = STEPS.get(step) ?? "";
	const method = grant === "reads" ? "GET" : "POST";
	return call(grant, "fetch", { url: `https://example.com/${step}`, method, headers: [], body: null, redirect: "follow" });
};

/** Everything that a crash could spoil: calls of each kind, one after the other and at once, a timer, two approvals. */
export const wholeProgram: TestProgram = async (world) => {
	const ask = (step: string): Promise<unknown> => say(world, step);
	world.log("begins");
	const one = [await ask("read"), await world.call("memory", "put", "count", 1), await ask("plain"), await ask("asked")];
	world.log("is half done");
	const parts = await Promise.all([
		ask("large").then((text) => String(text).length),
		ask("part-keyed"),
		ask("part-plain").then(async (first) => [first, await ask("part-next")]),
		ask("part-asked"),
		world.sleep(2).then(() => "slept"),
	]);
	return { one: [one[0], one[2], one[3]], parts };
};

const happened = (step: string): string => `${step} happened`;

export const WHOLE_RESULT = {
	one: [happened("read"), happened("plain"), happened("asked")],
	parts: [300_000, happened("part-keyed"), [happened("part-plain"), happened("part-next")], happened("part-asked"), "slept"],
};
