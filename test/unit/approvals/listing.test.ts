import { describe, expect, it } from "vitest";
import { Approval } from "../../../contract/approvals.ts";
import { newId, newRoutedId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { ask, errorOf, newTenant } from "../http/ask.ts";
import { makeApproving, writing } from "./approving.ts";
import { decide, list, listed, makeAsking } from "./asking.ts";

const hex = (bytes: ArrayBuffer): string => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

describe("the list of approvals", () => {
	it("has what is pending, and what is decided", async () => {
		const asking = await makeAsking();
		await listed(asking.key, "?status=pending", [asking.approval.id]);
		const page = await list(asking.key);
		expect(page.data).toEqual([{ ...asking.approval, argsCut: false }]);
		await decide(asking, {});
		await listed(asking.key, "?status=pending", []);
		await listed(asking.key, "?status=approved", [asking.approval.id]);
	});

	it("is newest first, in pages, of a status, a run, an agent; and of the tenant alone", async () => {
		const asking = await makeAsking();
		const { agent, key, approval } = asking;
		const runId = await agent.begin();
		const more = [await agent.asked(runId, ...writing("b"), 1), await agent.asked(runId, ...writing("c"), 2)];
		const other = await makeApproving(agent.entry.tenantId, undefined, "other");
		const otherRun = await other.begin();
		const others = await other.asked(otherRun, ...writing("d"));
		const newestFirst = [approval, ...more, others]
			.map(({ id }) => id)
			.sort()
			.reverse();
		await listed(key, "", newestFirst);
		await listed(
			key,
			`?run=${runId}`,
			more
				.map(({ id }) => id)
				.sort()
				.reverse(),
		);
		await listed(key, `?agent=${other.entry.agentId}`, [others.id]);
		await listed(key, "?agent=other&status=pending", [others.id]);
		await listed(key, "?agent=nobody", []);
		const first = await list(key, "?limit=3");
		const second = await list(key, `?limit=3&cursor=${first.nextCursor}`);
		expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(newestFirst);
		expect(second.nextCursor).toBeNull();
		expect((await list((await newTenant()).key.value)).data).toEqual([]);
	});

	it("refuses a cursor of another list", async () => {
		const { key } = await newTenant();
		const cursor = btoa(JSON.stringify({ after: newId("agt") })).replaceAll("=", "");
		expect(errorOf(await ask("GET", `/v1/approvals?cursor=${cursor}`, { key: key.value })).code).toBe("invalid_request");
	});

	it("cuts long arguments beside a mark that no program can write; by id they are whole", async () => {
		// Escapes of quotes double with each level of text in text; two units make one character, and one of the cuts falls between them.
		for (const pad of ["", "x"]) {
			const long = `${pad}${'"'.repeat(2_000)}${"😀".repeat(20_000)}`;
			const { approval, key } = await makeAsking("files", "writeText", ["/workspace/output/a.txt", long]);
			await listed(key, "", [approval.id]);
			const [shown] = (await list(key)).data;
			expect(shown?.argsCut).toBe(true);
			expect(shown?.args.isWellFormed()).toBe(true);
			expect(shown?.args.includes("\ufffd")).toBe(false);
			expect(LIMITS.listedArgsChars - (shown?.args.length ?? 0)).toBeLessThanOrEqual(1);
			expect(approval.args.startsWith(shown?.args ?? "?")).toBe(true);
			const whole = Approval.parse((await ask("GET", `/v1/approvals/${approval.id}`, { key })).json);
			expect(JSON.parse(whole.args)).toEqual(["/workspace/output/a.txt", long]);
		}
	});
});

describe("an approval by its id", () => {
	it("has arguments of a megabyte whole, from the object and from the archive, and can be decided", async () => {
		const text = '"\\'.repeat(130_000) + "é".repeat(250_000);
		const asking = await makeAsking("files", "writeText", ["/workspace/output/a.txt", text]);
		const { agent, approval, key, runId } = asking;
		expect(new TextEncoder().encode(approval.args).length).toBeGreaterThan(LIMITS.argumentBytes * 0.95);
		await listed(key, "", [approval.id]);
		expect(await decide(asking, {})).toMatchObject({ status: 200 });
		await listed(key, "?status=approved", [approval.id]);
		await agent.at((state) => state.runs.drop(runId));
		const archived = await ask("GET", `/v1/approvals/${approval.id}`, { key });
		expect(JSON.parse(Approval.parse(archived.json).args)).toEqual(["/workspace/output/a.txt", text]);
		expect(errorOf(await decide(asking, {})).code).toBe("approval_settled");
		expect(errorOf(await decide(asking, { digest: "sha256:other" })).code).toBe("approval_changed");
	});

	it("has the digest that a client makes of what it is shown", async () => {
		const { approval, key } = await makeAsking("files", "writeText", ["/workspace/output/ä.txt", "\u2028\u007f\"'</script>"]);
		const { args, grant, method, policyVersion, programDigest, run } = Approval.parse(
			(await ask("GET", `/v1/approvals/${approval.id}`, { key })).json,
		);
		const text = JSON.stringify({ args, grant, method, policyVersion, programDigest, run });
		const digest = hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
		expect(approval.digest).toBe(`sha256:${digest}`);
	});

	it("is not found by another tenant, nor decided by it, though the agent's object is known", async () => {
		const asking = await makeAsking();
		const { key } = await newTenant();
		const path = `/v1/approvals/${asking.approval.id}`;
		expect((await ask("GET", path, { key: key.value })).status).toBe(404);
		expect((await decide({ ...asking, key: key.value }, {})).status).toBe(404);
		const nobodys = `/v1/approvals/${newRoutedId("apr", asking.approval.id.slice(-16))}`;
		expect((await ask("GET", nobodys, { key: asking.key })).status).toBe(404);
		expect((await ask("POST", `/v1/calls/${asking.approval.call}/resolve`, { key: key.value, body: { outcome: "repeat" } })).status).toBe(
			404,
		);
		expect((await ask("GET", path, { key: asking.key })).json).toEqual(asking.approval);
	});
});
