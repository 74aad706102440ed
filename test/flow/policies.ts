import type { Policy } from "../../contract/agents.ts";

/** Where the far sides are, `127.0.0.1:port`. */
export interface Hosts {
	readonly outside: string;
	readonly inside: string;
}

type Grants = Policy["grants"];
type Grant = Grants[string];

const http = (host: string, methods: readonly string[], rest: object = {}): Grant => ({
	verb: "http.fetch",
	allow: [{ host, scheme: "http", methods }],
	...rest,
});
const files = (path: string, mode: "read" | "write", labels: readonly string[] = []): Grant => ({
	verb: "files",
	mounts: { [path]: mode },
	labels,
});

/** Every source and every way out: what an agent has that nobody thought about. Labels say what is what; the flow rule is the default. */
export const injectedGrants = ({ outside, inside }: Hosts): Grants => ({
	web: http(outside, ["GET"]),
	mail: http(inside, ["GET"], { labels: ["private"] }),
	issues: http(inside, ["GET"]),
	table: files("/workspace/input/table", "read", ["untrusted"]),
	vault: files("/workspace/input/private", "read", ["private"]),
	customers: { verb: "sql.query", dataset: "customers", mode: "read", labels: ["private"] },
	memory: { verb: "state" },
	scratch: files("/workspace/output/scratch", "write"),
	out: http(outside, ["GET", "HEAD", "OPTIONS", "POST", "PUT"]),
	names: { verb: "http.fetch", allow: [{ host: "*.cdn.example" }] },
	llm: { verb: "ai.complete", models: ["fast"], labels: ["external", "untrusted"], limits: { tokens: 5_000 } },
	desk: { verb: "tool.call", server: "desk", tools: ["getTicket", "addNote"] },
	shared: files("/workspace/output/shared", "write", ["external"]),
	boss: { verb: "human.ask", to: "the partner's office", labels: ["external"] },
	courier: {
		verb: "agent.run",
		agent: "courier",
		budget: { calls: 5, cpuMs: 1_000, wallMs: 10_000, egressBytes: 100_000, usdMicros: 10_000 },
	},
});

/** The agent that the courier's runs are of: it has one grant of its caller's. */
export const courierGrants = ({ outside }: Hosts): Grants => ({ out: http(outside, ["GET", "HEAD", "OPTIONS", "POST", "PUT"]) });

/** Agents of six trades, each with what its work needs. */
export const honestGrants = ({ outside, inside }: Hosts) =>
	({
		research: {
			web: http(outside, ["GET"]),
			llm: { verb: "ai.complete", models: ["fast"], limits: { tokens: 20_000 } },
			notes: files("/workspace/output", "write"),
		},
		mail: {
			inbox: files("/workspace/input", "read", ["private", "untrusted"]),
			mail: http(inside, ["GET", "POST"], { labels: ["private"] }),
			llm: { verb: "ai.complete", models: ["fast"], limits: { tokens: 20_000 } },
			drafts: files("/workspace/output", "write"),
			ask: { verb: "human.ask", to: "the owner of the mailbox" },
		},
		triage: {
			issues: http(inside, ["GET", "POST"]),
			rules: files("/workspace/input", "read"),
			notes: files("/workspace/output", "write"),
			memory: { verb: "state", vouched: ["private"] },
		},
		reports: {
			sales: { verb: "sql.query", dataset: "people", mode: "read", labels: ["private"] },
			table: files("/workspace/input/table", "read", ["untrusted"]),
			reports: http(inside, ["POST"]),
			rates: http(outside, ["GET"]),
			out: files("/workspace/output", "write"),
		},
		desk: {
			desk: { verb: "tool.call", server: "desk", tools: ["getTicket", "addNote"] },
			customers: { verb: "sql.query", dataset: "people", mode: "read", labels: ["private"] },
			notes: files("/workspace/output", "write"),
		},
		writing: {
			vault: files("/workspace/input", "read", ["private"]),
			web: http(outside, ["GET"]),
			llm: { verb: "ai.complete", models: ["fast"], limits: { tokens: 20_000 } },
			out: files("/workspace/output", "write"),
		},
	}) satisfies Record<string, Grants>;
export type Trade = keyof ReturnType<typeof honestGrants>;

/** Whom each trade's data may go to without a question: services of the tenant's own, and the ticket system that the tickets come from. */
export const honestRecipients = ({ inside }: Hosts): Readonly<Record<Trade, NonNullable<Policy["flow"]>>> => {
	const to = (...allow: { grant: string; hosts?: string[] }[]) => ({
		"private+untrusted -> external": { allow, otherwise: "approve" as const },
	});
	return {
		research: to(),
		mail: to({ grant: "mail", hosts: [inside] }),
		triage: to({ grant: "issues", hosts: [inside] }),
		reports: to({ grant: "reports", hosts: [inside] }),
		desk: to({ grant: "desk" }),
		writing: to(),
	};
};
