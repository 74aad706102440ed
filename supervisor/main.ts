import type { Cordon } from "./start-cordon.ts";
import { stopOnSignals } from "./stop-on-signals.ts";

const describe = (cordon: Cordon): string =>
	[
		"",
		`  Cordon listens on ${cordon.url}`,
		`  Key of tenant local: ${cordon.keyFile}`,
		`  Enclosure of executor processes: ${cordon.enclosure.kind}`,
		...(cordon.enclosure.warning === null ? [] : ["", `  WARNING: ${cordon.enclosure.warning}`]),
		"",
		`  curl -s ${cordon.url}/v1/runs -H "authorization: Bearer $(cat '${cordon.keyFile}')" -H "content-type: application/json" \\`,
		`    -d '{"program":"export default async (input) => input.a + input.b","input":{"a":20,"b":22}}'`,
		"",
	].join("\n");

const fail = (error: unknown): never => {
	console.error(error instanceof Error ? error.message : String(error));
	process.exit(1);
};

const start = async (interrupted: AbortSignal): Promise<Cordon> => {
	// Loaded here, since loading takes longer than the first signal may: by now somebody listens to it.
	const [{ parseEnvironment }, { startCordon }] = await Promise.all([import("./parse-environment.ts"), import("./start-cordon.ts")]);
	const environment = parseEnvironment(process.env);
	if (environment.kind === "invalid") throw new Error(environment.message);
	return startCordon({ ...environment.config, interrupted });
};

const cordon = await stopOnSignals(start).catch(fail);
console.log(describe(cordon));
