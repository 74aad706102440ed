import { expect, test } from "vitest";
import type { ReplaySetting } from "./replay-setting.ts";

/** Programs that leave something open when they end, or wait without waiting. */
const PROGRAMS: Readonly<Record<string, string>> = {
	"leaves a stream early":
		"export default async (input, env) => { let parts = 0; for await (const part of env.web.stream(input + '/big')) { if (++parts >= 1) break; } return parts; };",
	"gives up a call by its signal":
		"export default (input, env) => env.web.fetch(input + '/silent', { signal: AbortSignal.timeout(40) }).then(() => 'answered', (error) => error.name);",
	"waits in timers of no delay":
		"export default async (input, env) => { let done = false; env.web.fetch(input + '/slow').then(() => { done = true; }); while (!done) await new Promise((resolve) => setTimeout(resolve, 0)); return done; };",
	"beats while it calls":
		"export default async (input, env) => { let beats = 0; const heart = setInterval(() => { beats += 1; }, 0); await env.web.fetch(input + '/slow'); clearInterval(heart); return beats > 0; };",
};

export const endingTests = (setting: () => ReplaySetting): void => {
	test.each(Object.entries(PROGRAMS))("is identical for a program that %s", async (_what, program) => {
		const recorded = await setting().run(program, { input: setting().origin });
		expect(recorded.status, recorded.error?.message).toBe("succeeded");
		const { verdict, divergence } = await setting().replay(recorded.id);
		expect([verdict, divergence]).toEqual(["identical", null]);
	});
};
