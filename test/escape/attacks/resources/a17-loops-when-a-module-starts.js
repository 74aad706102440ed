/*
 * A17 Loops in a module that the main one imports, before either has started
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
import { started } from "./slow.js";

export default async () => started;
// --- module: slow.js
export const started = (() => {
	for (;;);
})();
