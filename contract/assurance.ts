import { z } from "zod";
import { AtMs } from "./common.ts";

/**
 * How far a wall is tested. `tested`: here, in code that is the same on Cloudflare. `one_machine`: what enforces it on one machine is tested here, what
 * enforces it on Cloudflare is that platform's. `design`: nothing here can show it.
 */
const STANDINGS = ["tested", "one_machine", "design"] as const;

const Count = z.int().min(0);

/** One wall: what it promises, who enforces it, and what was tried against it. */
export const AssuredWall = z.strictObject({
	id: z.string(),
	name: z.string(),
	promise: z.string(),
	oneMachine: z.string().describe("who enforces it on one machine"),
	cloudflare: z.string().describe("who enforces it on Cloudflare"),
	standing: z.enum(STANDINGS),
	/** Hostile programs and requests of the suite, each beside an honest run. */
	attacks: z.strictObject({ tried: Count, held: Count }),
	/** Further tests that go red without the wall, paths in the repository. */
	tests: z.array(z.string()),
});

/** Something that was asked of Cordon and of other ways to run untrusted code on one machine, each with its own means. */
const Probe = z.strictObject({ id: z.string(), asks: z.string() });

const PeerOutcome = z.enum(["held", "not_held", "not_applicable"]);

const Peer = z.strictObject({
	name: z.string(),
	version: z.string(),
	/** How it was set up. */
	setting: z.string(),
	outcomes: z.record(z.string(), PeerOutcome),
});

/** What `npm run assurance` found, as it was committed. */
export const Assurance = z.strictObject({
	commit: z.string().describe("the commit whose tree was tested"),
	testedAtMs: AtMs,
	runtime: z.string(),
	walls: z.array(AssuredWall),
	flow: z
		.strictObject({ injected: Count, injectedLeft: Count, honest: Count, honestUnasked: Count, honestUnaskedNamed: Count })
		.nullable()
		.describe(
			"of documents with instructions in them: how many made private data leave; of honest tasks: how many nobody was asked about, by the default rule, and where the policy names recipients",
		),
	probes: z.array(Probe),
	peers: z.array(Peer),
});
export type Assurance = z.infer<typeof Assurance>;
export type AssuredWall = z.infer<typeof AssuredWall>;
