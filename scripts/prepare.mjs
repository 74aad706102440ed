/**
 * Installs the project's packages when they are missing or not the lockfile's, so that each command works on a fresh clone.
 * Runs on any Node 20 or newer; everything after it runs on the Node that the lockfile pins.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lock = join(root, "package-lock.json");
const stamp = join(root, "node_modules", ".cordon-lock");
const digest = createHash("sha256").update(readFileSync(lock)).digest("hex");

if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== digest) {
	// Not `npm ci`: it refuses a lockfile without the packages of other platforms, which not every registry has. This installs what the lockfile says, too.
	const install = spawnSync("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"], {
		cwd: root,
		stdio: "inherit",
	});
	if (install.status !== 0) {
		console.error("Installing packages: npm install failed; wanted a complete node_modules. See its output above.");
		process.exit(1);
	}
	writeFileSync(stamp, digest);
}
