import { describe, expect, it } from "vitest";
import type { Policy } from "../../../contract/agents.ts";
import { FETCH_ARGS, makeAgent, seenBy } from "../agents/agent-under-test.ts";
import type { Asked, RunUnderTest } from "../agents/run-under-test.ts";
import { begotten, budgetOf, give, makePair, RUN, root, runsOf, start } from "./family.ts";

const web = (host: string, rest: Record<string, unknown> = {}): Policy["grants"][string] => ({
	verb: "http.fetch",
	allow: [{ host, methods: ["GET"] }],
	...rest,
});
const refused = async (run: RunUnderTest, place = 1, asked: Asked = RUN) => {
	const begun = await run.begin(place, asked);
	return begun.kind === "act" ? await start(run, begun) : seenBy(begun);
};

describe("a run never starts another one that may do more than itself", () => {
	it("with a grant that it does not have, or a wider one; with a narrower one it does", async () => {
		const { parent, child } = await makePair({ site: web("example.com") }, { web: web("example.org") });
		expect(await refused(await root(parent))).toMatchObject({
			code: "capability_not_granted",
			message: expect.stringContaining("grant web is more than"),
		});
		await give(child, { policy: { grants: { web: web("example.com"), sign: { verb: "human.ask" } } } });
		expect(await refused(await root(parent))).toMatchObject({
			code: "capability_not_granted",
			message: expect.stringContaining("grant sign"),
		});
		expect(await refused(await root(parent), 1, ["work", "run", { grants: ["web"] }])).toEqual({ kind: "started" });
		expect(await refused(await root(parent), 1, ["work", "run", { grants: [] }])).toEqual({ kind: "started" });
		expect(await refused(await root(parent), 1, ["work", "run", { grants: ["none"] }])).toMatchObject({ code: "invalid_arguments" });
	});

	it("with a grant that its own run was not given, or has lost since, or that is switched off", async () => {
		const { parent } = await makePair({ web: web("example.com") }, { web: web("example.com") });
		expect(await refused(await root(parent, { grants: ["work"] }))).toMatchObject({ code: "capability_not_granted" });
		const run = await root(parent);
		await parent.object.switchGrant(parent.entry, "web", false);
		expect(await refused(run)).toMatchObject({ code: "capability_not_granted" });
		await parent.object.switchGrant(parent.entry, "web", true);
		expect(await refused(run, 2)).toEqual({ kind: "started" });
		const agent = await parent.object.agent(parent.entry);
		const { web: _lost, ...rest } = agent?.policy.grants ?? {};
		await give(parent, { policy: { grants: rest } });
		expect(await refused(run, 3)).toMatchObject({ code: "capability_not_granted" });
	});

	it("that is asked about less", async () => {
		const { parent, child } = await makePair({ web: web("example.com", { approval: "always" }) }, { web: web("example.com") });
		expect(await refused(await root(parent))).toMatchObject({
			code: "capability_not_granted",
			message: expect.stringContaining("approval"),
		});
		await give(child, { policy: { grants: { web: web("example.com", { approval: "always" }) } } });
		expect(await refused(await root(parent))).toEqual({ kind: "started" });
	});

	it("under a flow rule that lets out more", async () => {
		const { parent, child } = await makePair();
		await give(child, { policy: { grants: {}, flow: { "private+untrusted -> external": "allow" } } });
		expect(await refused(await root(parent))).toMatchObject({
			code: "capability_not_granted",
			message: expect.stringContaining("flow rule allow"),
		});
		await give(child, { policy: { grants: {}, flow: { "private+untrusted -> external": "deny" } } });
		expect(await refused(await root(parent))).toEqual({ kind: "started" });
	});

	it("under a flow rule that names a recipient which its own does not name", async () => {
		const rule = "private+untrusted -> external";
		const { parent, child } = await makePair({ web: web("example.com") }, { site: web("example.com") });
		const named = (grant: string) => ({ [rule]: { allow: [{ grant, hosts: ["example.com"] }] } });
		const childGrants = { site: web("example.com") };
		await give(child, { policy: { grants: childGrants, flow: named("site") } });
		expect(await refused(await root(parent))).toMatchObject({
			code: "capability_not_granted",
			message: expect.stringContaining("grant site"),
		});
		const own = { web: web("example.com"), work: runsOf(child.entry.agentId) };
		await give(parent, { policy: { grants: own, flow: named("web") } });
		expect(await refused(await root(parent))).toEqual({ kind: "started" });
		await give(child, { policy: { grants: childGrants, flow: { [rule]: { allow: [{ grant: "site" }] } } } });
		expect(await refused(await root(parent))).toMatchObject({ message: expect.stringContaining("grant site") });
		expect(await refused(await root(parent), 1, ["work", "run", { grants: [] }])).toEqual({ kind: "started" });
	});

	it("that starts agents which it may not start itself: `self` means another agent there", async () => {
		const { parent, child } = await makePair();
		const [, third] = [child, await makeAgent({ grants: {} }, {}, parent.entry.tenantId)];
		await give(child, { policy: { grants: { more: runsOf(third.entry.agentId) } } });
		expect(await refused(await root(parent))).toMatchObject({
			code: "capability_not_granted",
			message: expect.stringContaining("grant more"),
		});
		// The first may start the second; that the second starts itself is no more than that.
		await give(child, { policy: { grants: { again: runsOf("self", { program: "stored" }) } } });
		expect(await refused(await root(parent))).toEqual({ kind: "started" });
		await give(child, { policy: { grants: { again: runsOf("self") } } });
		expect(await refused(await root(parent))).toMatchObject({
			code: "capability_not_granted",
			message: expect.stringContaining("program"),
		});
		// Back to the first: only if that one may start itself.
		await give(child, { policy: { grants: { back: runsOf(parent.entry.agentId) } } });
		expect(await refused(await root(parent))).toMatchObject({ code: "capability_not_granted" });
		await give(parent, { policy: { grants: { work: runsOf(child.entry.agentId), own: runsOf("self", { program: "stored" }) } } });
		expect(await refused(await root(parent))).toEqual({ kind: "started" });
	});
});

describe("only agents of the same tenant that take runs are run", () => {
	it("an agent of another tenant does not exist", async () => {
		const { parent } = await makePair();
		const stranger = await makeAgent();
		await give(parent, { policy: { grants: { work: runsOf(stranger.entry.agentId) } } });
		expect(await refused(await root(parent))).toMatchObject({
			code: "capability_not_granted",
			message: expect.stringContaining("no agent"),
		});
		expect((await budgetOf(stranger)).held.runs).toBe(0);
	});

	it("one that is disabled takes none, and nothing stays set aside for it", async () => {
		const { parent, child } = await makePair();
		await child.object.stop(child.entry, "disabled");
		const run = await root(parent);
		expect(await refused(run)).toMatchObject({ code: "agent_disabled" });
		await run.finish();
		expect((await budgetOf(parent)).held).toMatchObject({ runs: 0, calls: 0, usdMicros: 0 });
	});

	it("nobody but the agent's own object says what the run may do: a run with no such word is refused", async () => {
		const { parent, child } = await makePair();
		const { born } = await begotten(await root(parent), child);
		const told = await born.inside((state) => state.runs.get(born.runId)?.state.parent ?? null);
		const answer = await child.object.admit(child.entry, child.command({ parent: told }));
		expect(answer).toMatchObject({ kind: "refused", code: "capability_not_granted" });
	});
});

describe("labels", () => {
	it("of a run that has met both hold what a run sends out that it starts, and what it sends itself after one has met both", async () => {
		const grants = { web: web("example.com"), memory: { verb: "state" } };
		const { parent, child } = await makePair(grants, grants);
		const run = await root(parent, { labels: ["private", "untrusted"] });
		const { born } = await begotten(run, child);
		await born.waits(1, ["web", "fetch", ...FETCH_ARGS]);
		const begins = await root(parent, { labels: ["private"] });
		const own = (await parent.object.agent(parent.entry))?.policy.grants ?? {};
		await give(parent, { policy: { grants: own, flow: { labels: ["untrusted"] } } });
		expect((await (await begotten(begins, child)).born.run()).labels).toEqual(["private", "untrusted"]);
		await give(parent, { policy: { grants: own } });
		const clean = await root(parent);
		const { callId, born: reader } = await begotten(clean, child);
		await reader.ask(1, ["memory", "get", "a"]);
		await reader.finish();
		await clean.wait(callId);
		await clean.waits(2, ["web", "fetch", ...FETCH_ARGS]);
	});

	it("go with a run that is started, and come back with its end", async () => {
		const { parent, child } = await makePair({}, { memory: { verb: "state", labels: ["private"] } });
		await give(parent, {
			policy: { grants: { memory: { verb: "state", labels: ["private"] }, work: runsOf(child.entry.agentId) } },
		});
		const run = await root(parent, { labels: ["untrusted"] });
		const { callId, born } = await begotten(run, child, 1, ["work", "run", { labels: [] }]);
		expect((await born.run()).labels).toEqual(["untrusted"]);
		await born.ask(1, ["memory", "get", "a"]);
		await born.finish();
		expect(seenBy(await run.wait(callId))).toMatchObject({ value: { labels: expect.arrayContaining(["untrusted", "private"]) } });
		expect((await run.run()).labels).toEqual(expect.arrayContaining(["untrusted", "private"]));
	});
});
