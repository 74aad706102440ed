import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { ask, errorOf } from "../http/ask.ts";
import { answered } from "./approving.ts";
import { decide, makeAsking } from "./asking.ts";

describe("a question of human.ask", () => {
	const SCHEMA = {
		type: "object",
		properties: { amount: { type: "number", maximum: 10 } },
		required: ["amount"],
		additionalProperties: false,
	};
	const question = (schema?: unknown) => [{ question: "How much?", details: "At most 10.", ...(schema === undefined ? {} : { schema }) }];

	it("is shown with its schema, and the program gets the answer that a person gives", async () => {
		const asking = await makeAsking("ask", "ask", question(SCHEMA));
		expect(asking.approval).toMatchObject({ verb: "human.ask", question: { text: "How much?", details: "At most 10.", schema: SCHEMA } });
		expect(await decide(asking, { answer: { amount: 7 } })).toMatchObject({ status: 200, json: { status: "approved" } });
		await asking.agent.claim(asking.runId);
		expect(answered(await asking.agent.call(asking.runId, "ask", "ask", question(SCHEMA)))).toEqual({
			kind: "value",
			value: '{"amount":7}',
		});
	});

	it("takes no answer but one that its schema allows: the others are refused, and the question stays open", async () => {
		const asking = await makeAsking("ask", "ask", question(SCHEMA));
		const path = `/v1/approvals/${asking.approval.id}/decide`;
		const send = (answer: string) =>
			ask("POST", path, { key: asking.key, raw: `{"decision":"approve","digest":"${asking.approval.digest}"${answer}}` });
		for (const answer of [
			"",
			',"answer":null',
			',"answer":7',
			',"answer":{"amount":11}',
			',"answer":{"amount":"7"}',
			',"answer":{"amount":7,"more":1}',
			',"answer":{"amount":7,"__proto__":{"x":1}}',
			',"answer":{"__proto__":{"amount":7}}',
			',"answer":{"$object":[["amount",7]]}',
			`,"answer":{"amount":7,"more":"${"x".repeat(LIMITS.givenAnswerBytes)}"}`,
		]) {
			const refused = await send(answer);
			expect(refused.status, `${answer.slice(0, 80)} ${refused.text}`).toBe(400);
		}
		expect(await asking.agent.approval(asking.approval.id)).toEqual(asking.approval);
		expect((await send(',"answer":{"amount":10}')).status).toBe(200);
	});

	it("without a schema wants text", async () => {
		const asking = await makeAsking("ask", "ask", question());
		expect(errorOf(await decide(asking, { answer: { text: "seven" } })).code).toBe("invalid_request");
		expect(errorOf(await decide(asking, {})).code).toBe("invalid_request");
		expect(await decide(asking, { answer: "seven" })).toMatchObject({ status: 200 });
	});

	it("that is denied throws approval_denied", async () => {
		const asking = await makeAsking("ask", "ask", question());
		expect(await decide(asking, { decision: "deny", reason: "ask me tomorrow" })).toMatchObject({ status: 200 });
		await asking.agent.claim(asking.runId);
		expect(answered(await asking.agent.call(asking.runId, "ask", "ask", question()))).toMatchObject({ code: "approval_denied" });
	});
});
