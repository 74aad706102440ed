/** Runs one probe with one peer in this process, and tells who started it. Whether this process still can is half of the answer. */
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { loadAdapter } from "./load-adapter.ts";

const Order = z.object({ body: z.string() });
const adapter = await loadAdapter(process.argv[2] ?? "");
await adapter.start?.();

const textOf = (value: unknown): string => {
	try {
		return (JSON.stringify(value) ?? "").slice(0, 10_000);
	} catch (error) {
		return String(error);
	}
};

process.once("message", async (message) => {
	const { body } = Order.parse(message);
	// What it throws at whoever runs it is an answer as well: anybody catches that.
	const ended = await adapter.run(body).catch((error: unknown) => ({ kind: "stopped" as const, message: String(error) }));
	// As anybody would do who got a result.
	const text = ended.kind === "returned" ? textOf(ended.value) : "";
	await delay(200);
	const isPolluted = "polluted" in {} || "polluted" in [];
	process.send?.({ kind: ended.kind, text, isPolluted, why: ended.kind === "stopped" ? ended.message.slice(0, 300) : "" }, () =>
		process.exit(0),
	);
});
process.send?.("ready");
