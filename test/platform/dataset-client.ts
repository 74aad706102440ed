import { expect } from "vitest";
import { Dataset, ImportedDataset } from "../../contract/datasets.ts";
import type { Answer, ApiClient, RawBody } from "../../scripts/support/api-client.ts";
import { makeAgent, type Platform } from "./start-platform.ts";

/** What tests of datasets ask of a platform, which may start later. */
export const datasetClient = (platform: () => Platform) => {
	const upload = (path: string, type: string, body: RawBody, api: ApiClient = platform().api): Promise<Answer> =>
		api.send("PUT", `/v1/datasets/${path}`, body, { "content-type": type });

	/** Makes a dataset out of text. */
	const fill = async (name: string, type: string, body: RawBody, query = "") => {
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
