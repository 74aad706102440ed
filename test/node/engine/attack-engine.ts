import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { makeImage } from "./hostile-dataset.ts";
import { startEngine, type TestEngine } from "./start-engine.ts";

/** An engine for the tests of a file, and the database file that it has loaded anew before each of them. */
export interface AttackedEngine {
	readonly engine: TestEngine;
	readonly image: Uint8Array;
}

/** Starts one before the tests of the file that calls this, and ends it after them. @param sql what makes its database @param take has it once it runs */
export const attackEngine = (sql: string, take: (attacked: AttackedEngine) => void): void => {
	let engine: TestEngine;
	let image: Uint8Array;
	beforeAll(async () => {
		image = await makeImage(sql);
		engine = await startEngine();
		take({ engine, image });
	});
	afterAll(() => engine.close());
	beforeEach(async () => {
		expect(JSON.parse(await engine.load(image))).toMatchObject({ kind: "loaded" });
	});
};
