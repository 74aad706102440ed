/** Asks every peer every question (probes.ts) and leaves the answers in .build/peer-results.json. Installs the peers into .build/peers first. */
import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { repositoryRoot } from "../../../supervisor/repository-root.ts";
import { PEERS_FOLDER } from "./adapter.ts";
import { askPeer, checkPeer, type Outcome } from "./ask-peer.ts";
import { loadAdapter, PEER_IDS } from "./load-adapter.ts";
import { PROBES } from "./probes.ts";

const only = process.argv.slice(2);
const Package = z.object({ version: z.string().optional(), dependencies: z.record(z.string(), z.string()) });
const readPackage = async (folder: string) => Package.parse(JSON.parse(await readFile(join(folder, "package.json"), "utf8")));

await mkdir(PEERS_FOLDER, { recursive: true });
await copyFile(join(import.meta.dirname, "package.json"), join(PEERS_FOLDER, "package.json"));
// Exact versions stand in package.json; what they need in turn is whatever the registry gives.
const install = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--legacy-peer-deps"];
await promisify(execFile)("npm", install, { cwd: PEERS_FOLDER });
const { dependencies } = await readPackage(PEERS_FOLDER);
const { version: own = "" } = await readPackage(repositoryRoot);

const versionOf = (id: string): string => {
	if (id === "cordon") return own;
	if (id === "node-permission" || id === "bubblewrap-node") return process.version.slice(1);
	return dependencies[id === "codemode" ? "@cloudflare/codemode" : id] ?? "";
};

const peers: { name: string; version: string; setting: string; outcomes: Record<string, Outcome> }[] = [];
for (const id of PEER_IDS.filter((each) => only.length === 0 || only.includes(each))) {
	const { name, setting } = await loadAdapter(id);
	await checkPeer(id);
	const outcomes: Record<string, Outcome> = {};
	for (const probe of PROBES) {
		const { outcome, why } = await askPeer(id, probe);
		outcomes[probe.id] = outcome;
		console.log(`${name}: ${probe.asks}: ${outcome}${why === "" ? "" : ` (${why.replaceAll("\n", " ").slice(0, 120)})`}`);
	}
	peers.push({ name, version: versionOf(id), setting, outcomes });
}
const results = { probes: PROBES.map(({ id, asks }) => ({ id, asks })), peers };
await writeFile(join(repositoryRoot, ".build", "peer-results.json"), `${JSON.stringify(results, null, "\t")}\n`);
