// A platform with one run of half a second, which tells its parent when the run has begun and how it ended.
import { join } from "node:path";
import { startCordon } from "../../../supervisor/start-cordon.ts";
import { stopOnSignals } from "../../../supervisor/stop-on-signals.ts";
import { jobOf } from "./fixture.ts";

const cordon = await stopOnSignals((interrupted) =>
	startCordon({
		host: "127.0.0.1",
		port: 0,
		dataFolder: process.argv[2] ?? "",
		executors: 1,
		developmentHosts: [],
		workerEntry: join(import.meta.dirname, "stand-in-worker.js"),
		interrupted,
	}),
);
const job = jobOf("export default async () => { await new Promise((done) => setTimeout(done, 500)); return 1; }");
const response = await fetch(`${cordon.url}/executors/run`, { method: "POST", body: JSON.stringify(job) });
console.log("started");
console.log((await response.text()).trimEnd());
