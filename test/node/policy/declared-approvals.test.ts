import { expect, test } from "vitest";
import { Policy } from "../../../contract/agents.ts";
import { bindPolicy } from "../../../worker/policy/bind-policy.ts";
import { NO_RESOURCES } from "../../../worker/verbs/verb.ts";

const GRANTS = [
	{ verb: "files", mounts: { "/workspace/output": "write" } },
	{ verb: "state", prefix: "", mode: "write" },
	{ verb: "http.fetch", allow: [{ host: "a.example.com" }] },
	{ verb: "ai.complete", models: ["fast"] },
	{ verb: "sql.query", dataset: "sales", mode: "read" },
	{ verb: "sql.query", store: "warehouse", mode: "read" },
	{ verb: "crypto.sign", secret: "key", algorithm: "ed25519" },
	{ verb: "crypto.jwt", secret: "key", algorithm: "ES256", issuer: "a", audience: "b", maxLifetimeSeconds: 60, claims: {} },
	{ verb: "crypto.webhook", secret: "key" },
	{ verb: "crypto.seal", secret: "key" },
	{ verb: "tool.call", server: "jira", tools: ["search"] },
	{ verb: "human.ask" },
];
const declared = (grant: { readonly verb: string }, approval: unknown): string => {
	const policy = Policy.parse({ grants: { it: { ...grant, approval } } });
	return bindPolicy(policy).grants.get("it")?.bound.declaration(NO_RESOURCES) ?? "";
};

test.each(GRANTS)("the types of %j say whether its calls wait for a person, and not which", (grant) => {
	const plain = declared(grant, "never");
	const end = "for a person's approval, which may take days; without one the code is approval_denied or approval_expired. */";
	expect(plain).not.toContain("person's approval");
	expect(declared(grant, "always")).toBe(plain.replace("{", `{\n\t/* Each call waits ${end}`));
	const some = declared(grant, { when: { argument: "0.amount", over: 1_234 } });
	expect(some).toBe(plain.replace("{", `{\n\t/* Some calls wait ${end}`));
});
