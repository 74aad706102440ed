import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NO_STORES } from "../../../../supervisor/read-stores.ts";
import { type Cordon, startCordon } from "../../../../supervisor/start-cordon.ts";
import { createApiClient } from "../../../support/api-client.ts";
import { type Adapter, type Ended, GIVEN } from "../adapter.ts";

let started: { readonly cordon: Cordon; readonly dataFolder: string } | null = null;

const start = async (): Promise<void> => {
	const dataFolder = await mkdtemp(join(tmpdir(), "cordon-peers-"));
	const cordon = await startCordon({ port: 0, host: "127.0.0.1", dataFolder, executors: 2, developmentHosts: [], stores: NO_STORES });
	started = { cordon, dataFolder };
};

export const adapter: Adapter = {
	name: "Cordon",
	setting: `a run of an agent without grants, cpuMs ${GIVEN.timeoutMs}, memoryMb ${GIVEN.memoryMb}`,
	start,
	async run(body): Promise<Ended> {
		if (started === null) throw new Error("Running a program: Cordon was not started, wanted it to be");
		const { cordon, dataFolder } = started;
		const api = createApiClient(cordon.url, cordon.key);
		try {
			const run = await api.run({
				program: `export default async () => { ${body} };`,
				language: "javascript",
				limits: { cpuMs: GIVEN.timeoutMs, wallMs: 3 * GIVEN.timeoutMs, memoryMb: GIVEN.memoryMb },
			});
			if ((await api.request("GET", "/healthz")).status !== 200) return { kind: "host_lost" };
			if (run.status === "succeeded") return { kind: "returned", value: run.result };
			return { kind: "stopped", message: `${run.error?.code} ${run.error?.message}` };
		} finally {
			await cordon.stop();
			await rm(dataFolder, { recursive: true, force: true });
		}
	},
};
