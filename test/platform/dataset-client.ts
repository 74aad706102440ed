import { expect } from "vitest";
import { Dataset, ImportedDataset } from "../../contract/datasets.ts";
import type { Answer } from "../../scripts/support/api-client.ts";
import { makeAgent, type Platform } from "./start-platform.ts";

type Body = string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;

/** What tests of datasets ask of a platform, which may start later. */
export const datasetClient = (platform: () => Platform) => {
	const upload = async (
		path: string,
		type: string,
		body: Body,
		key: string = platform().cordon.key,
		headers: Record<string, string> = {},
	): Promise<Answer> => {
		const response = await fetch(`${platform().cordon.url}/v1/datasets/${path}`, {
			method: "PUT",
			headers: { authorization: `Bearer ${key}`, "content-type": type, ...headers },
			body,
			...(body instanceof ReadableStream ? { duplex: "half" as const } : {}),
		});
		return { status: response.status, body: await response.json(), headers: response.headers };
	};

	/** Makes a dataset out of text. */
	const fill = async (name: string, type: string, body: Body, query = "") => {
		await platform().api.expect(201, Dataset, "POST", "/v1/datasets", { name });
		const answer = await upload(`${name}/data${query}`, type, body);
		expect(answer.status, JSON.stringify(answer.body)).toBe(200);
		return ImportedDataset.parse(answer.body);
	};

	/** An agent with one grant `db` on a dataset. */
	const agentOn = (name: string, dataset: string, grant: object) =>
		makeAgent(platform().api, {
			name,
			policy: {
				limits: { cpuMs: 20_000, wallMs: 30_000 },
				grants: { db: { verb: "sql.query", dataset, mode: "read", labels: ["private"], ...grant } },
			},
		});
	/** Runs one expression over `db`; a refused call gives its code and message. */
	const ask = async (agent: string, expression: string, input: string | null = null): Promise<unknown> => {
		const program = `export default async (input, { db }) => { try { return await (${expression}); } catch (e) { return [e.code, e.message]; } }`;
		const run = await platform().api.run({ agent, program, input });
		expect([run.status, run.error?.message]).toEqual(["succeeded", undefined]);
		return run.result;
	};
	return { upload, fill, agentOn, ask };
};
