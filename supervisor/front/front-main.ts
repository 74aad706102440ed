/** The front's process. It has descriptors of its own, so that whoever takes them all takes none from the executors' supervisor; and a thread of its own. */
import { Front } from "./front.ts";
import { FrontOrders, type FrontWord } from "./front-protocol.ts";

const say = (word: FrontWord): void => void process.send?.(word);

// Signals to the whole group are for the supervisor, which drains first. It ends this process by leaving it.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => {});
process.on("disconnect", () => process.exit(0));

const { host, port, upstream, ...bounds } = FrontOrders.parse(JSON.parse(process.argv[2] ?? ""));
const front = new Front(bounds, () => upstream);
front.listen(host, port).then(
	(listening) => say({ kind: "listening", port: listening }),
	(error: unknown) => say({ kind: "failed", why: String(error) }),
);
