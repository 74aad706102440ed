import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { builtOnce } from "../../../supervisor/built-once.ts";
import { repositoryRoot } from "../../../supervisor/repository-root.ts";

const FOLDER = `.build/built-once-${process.pid}`;
const write = (file: string, text: string): Promise<void> => writeFile(join(repositoryRoot, FOLDER, file), text);

beforeAll(async () => {
	await mkdir(join(repositoryRoot, FOLDER, "below"), { recursive: true });
	await write("a.ts", "1");
	await write("below/b.ts", "2");
});
afterAll(() => rm(join(repositoryRoot, FOLDER), { recursive: true, force: true }));

test("a text is built once, and again when a file that decides it has changed, has come or has gone", async () => {
	let times = 0;
	const ask = (): Promise<string> =>
		builtOnce(`test-${process.pid}.js`, [FOLDER, "package-lock.json"], async () => {
			times += 1;
			return `text ${times}`;
		});
	expect([await ask(), await ask()]).toEqual(["text 1", "text 1"]);
	await write("below/b.ts", "3");
	expect([await ask(), await ask()]).toEqual(["text 2", "text 2"]);
	await write("c.ts", "");
	expect(await ask()).toBe("text 3");
	await rm(join(repositoryRoot, FOLDER, "a.ts"));
	expect([await ask(), await ask()]).toEqual(["text 4", "text 4"]);
});

test("what others are just writing beside those files decides nothing", async () => {
	const ask = (): Promise<string> => builtOnce(`drafts-${process.pid}.js`, [FOLDER], async () => `built ${crypto.randomUUID()}`);
	const text = await ask();
	await write(".a.ts-1-draft", "half");
	expect(await ask()).toBe(text);
});
