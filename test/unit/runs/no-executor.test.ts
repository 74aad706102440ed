import { expect, it } from "vitest";
import { ask, newTenant } from "../http/ask.ts";

it("without an executor, as under `wrangler dev` alone, runs are refused and told why, and healthz says so", async () => {
	const { value: key } = (await newTenant()).key;
	const refused = await ask("POST", "/v1/runs", { key, body: { program: "export default () => 1;" } });
	expect(refused.status).toBe(503);
	expect(refused.json).toMatchObject({ error: { code: "no_executor", message: expect.stringContaining("npm start") } });
	const health = await ask("GET", "/healthz");
	expect([health.status, health.json]).toEqual([503, expect.objectContaining({ status: "no_executor" })]);
});
