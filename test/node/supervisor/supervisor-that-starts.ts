// A supervisor that says when its first executor process begins to start, then starts one after the other until it is killed.
import { ExecutorProcess } from "../../../supervisor/executor-process.ts";
import { buildDispatcher } from "../../../supervisor/build-dispatcher.ts";
import { installedEnclosures } from "../../../supervisor/choose-enclosure.ts";
import { workerdBinary } from "../../../supervisor/workerd-binary.ts";

const [, , kind, runtimeFolder] = process.argv;
const enclosure = (await installedEnclosures(workerdBinary)).find((each) => each.kind === kind);
if (enclosure === undefined || runtimeFolder === undefined) throw new Error("wanted the kind of an installed enclosure, and a folder");
const settings = { workerd: workerdBinary, runtimeFolder, gate: () => null, executorFolder: await buildDispatcher(), enclosure };
console.log("starting");
for (;;) {
	const started = await ExecutorProcess.start(settings);
	console.log(started.pid);
	started.kill();
	await started.ended;
}
