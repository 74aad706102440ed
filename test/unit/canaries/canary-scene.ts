import { env } from "cloudflare:workers";
import type { Policy } from "../../../contract/agents.ts";
import type { TenantEvent } from "../../../contract/events.ts";
import type { AdmitCommand } from "../../../worker/agents/object/admit-run.ts";
import { sealValue } from "../../../worker/secrets/seal.ts";
import { insertSecret } from "../../../worker/secrets/secret-store.ts";
import { FETCH_ARGS, makeAgent } from "../agents/agent-under-test.ts";
import { type Asked, admitTo, type RunUnderTest } from "../agents/run-under-test.ts";

/** Where the policies of these tests have their honeytoken. */
export const PATH = "/workspace/input/credentials.env";
export const GRANTS: Policy["grants"] = {
	files: { verb: "files", mounts: { "/workspace/input": "read", "/workspace/output": "write" } },
	web: { verb: "http.fetch", allow: [{ host: "*.example.com", methods: ["GET", "POST"] }] },
	memory: { verb: "state" },
	llm: { verb: "ai.complete", models: ["fast"] },
	ask: { verb: "human.ask" },
	out: { verb: "state", labels: ["external"] },
	child: { verb: "agent.run", agent: "self", budget: { calls: 5, cpuMs: 100, wallMs: 1_000, usdMicros: 1_000 } },
};
export const WATCHED: Policy = { grants: GRANTS, canary: { path: PATH }, flow: { "private+untrusted -> external": "allow" } };

/** A request that the policy lets happen. */
export const post = (body: string, headers: readonly (readonly string[])[] = []): Asked => [
	"web",
	"fetch",
	...FETCH_ARGS.map((request) => ({ ...request, url: "https://a.example.com/", method: "POST", body, headers })),
];

/** One more run of an agent of its own. */
export const startWatched = async (policy: Partial<Policy> = {}, overrides: Partial<AdmitCommand> = {}): Promise<RunUnderTest> =>
	admitTo(await makeAgent({ ...WATCHED, ...policy }), overrides);

/** The text of a run's file, as its program reads it. */
export const readFile = async (run: RunUnderTest, place: number, path = PATH): Promise<string> => {
	const read = await run.ask(place, ["files", "readText", path]);
	if (read.kind !== "done" || typeof read.value !== "string") throw new Error(`the file is read: ${JSON.stringify(read)}`);
	return read.value;
};

/** The long token in a file. */
export const tokenIn = (text: string): string => /SECRET_ACCESS_KEY=(.*)/.exec(text)?.[1] ?? "";

/** The run's own token, read by its program in its first call. */
export const tokenOf = async (run: RunUnderTest): Promise<string> => tokenIn(await readFile(run, 1));

/** What the object has to tell its tenant. */
export const toldBy = (run: RunUnderTest): Promise<TenantEvent[]> =>
	run.inside((state) => state.events.next(100).map(({ event }) => event));

/** Seals a secret for the tenant of a run. */
export const putSecret = async ({ agent }: RunUnderTest, name: string, value: string): Promise<void> => {
	const { tenantId } = agent.entry;
	const sealed = await sealValue(env, { tenantId, name, version: 1 }, new TextEncoder().encode(value));
	await insertSecret(env, { tenantId, name, sealed, nowMs: Date.now() });
};
