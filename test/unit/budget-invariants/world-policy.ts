import type { Policy } from "../../../contract/agents.ts";
import type { BudgetLimits, Limits, PriceTable } from "../../../contract/budgets.ts";

/** What one call may lend to the run that it starts. */
const LENT = { runs: 3, calls: 6, cpuMs: 2_500, wallMs: 12_000, egressBytes: 64 * 1024 * 1024, usdMicros: 900 };
/** More than is ever spent: a grant with limits keeps a budget of its own. */
const PLENTY = { lifetime: { calls: 1_000_000 } };
const WEB = { verb: "http.fetch", allow: [{ host: "example.com", methods: ["GET", "POST"] }] };

/** Grants that act here (`memory`), outside (`free`, `web` and `pay`, which have budgets of their own or not), and that start runs here (`self`) and elsewhere (`other`). */
export const policyOf = (web: BudgetLimits, pay: Limits, otherId: string): Policy => ({
	grants: {
		memory: { verb: "state" },
		free: WEB,
		web: { ...WEB, limits: web },
		pay: { ...WEB, limits: { lifetime: { ...pay, calls: pay.calls ?? 1_000 } } },
		self: { verb: "agent.run", agent: "self", budget: LENT, limits: PLENTY },
		other: { verb: "agent.run", agent: otherId, budget: LENT, grants: ["memory", "free"], limits: PLENTY },
	},
	flow: { "private+untrusted -> external": "allow" },
	limits: { cpuMs: 1_000, wallMs: 5_000, calls: 40 },
});

/** Grants that may have budgets of their own. */
export const LIMITED_GRANTS = ["web", "pay", "self", "other"];

/** Prices that are worth counting. */
const table = (times: number): PriceTable => ({
	runNanos: 30_400 * times,
	cpuSecondNanos: 40_300 * times,
	egressGibNanos: 90 * 1024 * 1024,
	verbs: { "http.fetch": { callNanos: 9_700 * times }, state: { callNanos: 1_100 * times }, "agent.run": { callNanos: 500 } },
});
export const PRICES = [null, { version: 1, table: table(1) }, { version: 2, table: table(3) }];
