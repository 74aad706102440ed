/*
 * A17 Imports a module that waits for it
 * wall: wall-time
 * ends: never_settled | wall_time_exceeded | program_threw
 * limits: { "cpuMs": 300, "wallMs": 1000 }
 */
let done;
export const gate = new Promise((resolve) => {
	done = resolve;
});
export default async () => {
	const { wait } = await import("./other.js");
	await wait();
	done();
	return "over";
};
// --- module: other.js
import { gate } from "./main.js";

export const wait = () => gate;
