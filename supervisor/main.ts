import { parseEnvironment } from "./parse-environment.ts";
import { type Cordon, startCordon } from "./start-cordon.ts";
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

const environment = parseEnvironment(process.env);
if (environment.kind === "invalid") fail(new Error(environment.message));
else {
	const cordon = await startCordon(environment.config).catch(fail);
	stopOnSignals(cordon);
	console.log(describe(cordon));
}
