/**
 * `npm run assurance`: runs the attacks, the flow corpus and, unless `--no-peers` says otherwise, the same questions against other ways to run untrusted code
 * on one machine; then writes what `GET /assurance` serves (worker/assurance/assurance.json) and docs/ASSURANCE.md. Exits with 1 when an attack got through: the
 * table says so then.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Assurance } from "../../contract/assurance.ts";
import { repositoryRoot } from "../../supervisor/repository-root.ts";
import { assuranceDocument } from "../../worker/assurance/assurance-document.ts";
import { composeAssurance } from "./compose.ts";
import { EscapeResults, FlowResults, PeerResults, readResults } from "./read-results.ts";

const DATA = join(repositoryRoot, "worker", "assurance", "assurance.json");
const DOCUMENT = join(repositoryRoot, "docs", "ASSURANCE.md");

const run = async (file: string, ...args: string[]): Promise<boolean> => {
	console.log(`\n=== ${file} ${args.join(" ")}`);
	const [code] = await once(spawn(file, args, { stdio: "inherit", cwd: repositoryRoot }), "close");
	return code === 0;
};

const textOf = async (file: string, ...args: string[]): Promise<string> =>
	(await promisify(execFile)(file, args, { cwd: repositoryRoot })).stdout.trim();

/** The commit, and a sign when the tree is not as it was committed (the table's own files aside). */
const commitOf = async (): Promise<string> => {
	const changes = await textOf("git", "status", "--porcelain", "--", ".", ":!docs/ASSURANCE.md", ":!worker/assurance/assurance.json");
	return `${await textOf("git", "rev-parse", "--short=12", "HEAD")}${changes === "" ? "" : " with changes"}`;
};

const previous = async (): Promise<Pick<Assurance, "probes" | "peers">> => {
	const { probes, peers } = Assurance.parse(JSON.parse(await readFile(DATA, "utf8")));
	return { probes, peers };
};

const ends = [
	await run("vitest", "run", "--project", "escape"),
	await run("vitest", "run", "--project", "platform", "test/platform/flow-corpus.test.ts"),
];
const withPeers = !process.argv.includes("--no-peers");
if (withPeers) ends.push(await run(process.execPath, "scripts/assurance/peers/main.ts"));

const tested = { commit: await commitOf(), testedAtMs: Date.now(), runtime: await textOf("workerd", "--version") };
const assurance = composeAssurance(
	tested,
	(await readResults(EscapeResults, "escape-results.json")).results,
	await readResults(FlowResults, "flow-results.json"),
	withPeers ? await readResults(PeerResults, "peer-results.json") : await previous(),
);
await writeFile(DATA, `${JSON.stringify(assurance, null, "\t")}\n`);
await run("biome", "format", "--write", DATA);
await writeFile(DOCUMENT, assuranceDocument(assurance));
const tried = assurance.walls.reduce((sum, { attacks }) => sum + attacks.tried, 0);
const held = assurance.walls.reduce((sum, { attacks }) => sum + attacks.held, 0);
console.log(`\n${held} of ${tried} attacks held; written: ${DATA}, ${DOCUMENT}`);
process.exit(ends.every(Boolean) && held === tried ? 0 : 1);
