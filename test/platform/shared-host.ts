import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { type Cordon, startCordon } from "../../supervisor/start-cordon.ts";

declare module "vitest" {
	interface ProvidedContext {
		/** The socket that tells of the shared platform; see share-platform. */
		sharedPlatform: string;
	}
}

/** Ports in blocks, below those that the system hands out and above those of ./lasting-port: a listener on a block's first port has all of it. */
const [LOWEST, BLOCKS, BLOCK] = [20_000, 50, 200];
/** Ports that one file gets for its upstreams. */
const EACH = 4;

/** A block of ports that no other run of the tests has, and what holds it. */
const holdBlock = async (): Promise<{ readonly lock: Server; readonly ports: readonly number[] }> => {
	const from = Math.floor(Math.random() * BLOCKS);
	for (let tried = 0; tried < BLOCKS; tried += 1) {
		const first = LOWEST + ((from + tried) % BLOCKS) * BLOCK;
		const lock = createServer();
		const isHeld = await new Promise<boolean>((resolve) => {
			lock.once("error", () => resolve(false));
			lock.listen({ port: first, host: "127.0.0.1", exclusive: true }, () => resolve(true));
		});
		if (isHeld) return { lock, ports: Array.from({ length: BLOCK - 1 }, (_, index) => first + 1 + index) };
	}
	throw new Error(`Holding ports for upstreams: found every block from ${LOWEST} on taken, wanted one that is free`);
};

/**
 * The platform that files of tests share: started when the first one asks for it, over a socket in a folder of this user's own, and ended after the last. In
 * the process of the runner itself, so that it ends with it in whatever way.
 * @returns what ends it
 */
export default async (project: TestProject): Promise<() => Promise<void>> => {
	const folder = await mkdtemp(join(tmpdir(), "cordon-shared-"));
	const block = await holdBlock();
	const left = [...block.ports];
	let starting: Promise<Cordon> | null = null;
	const start = (): Promise<Cordon> =>
		startCordon({
			port: 0,
			host: "127.0.0.1",
			dataFolder: join(folder, "data"),
			executors: 4,
			developmentHosts: block.ports.map((port) => `127.0.0.1:${port}`),
		});
	const server = createServer((socket) => {
		starting ??= start();
		socket.on("error", () => {});
		starting.then(
			({ url, adminToken, dataFolder }) => socket.end(JSON.stringify({ url, adminToken, dataFolder, ports: left.splice(0, EACH) })),
			(error: unknown) => socket.end(JSON.stringify({ error: String(error) })),
		);
	});
	const path = join(folder, "ask.sock");
	await new Promise<void>((resolve) => server.listen(path, resolve));
	project.provide("sharedPlatform", path);
	return async () => {
		server.close();
		block.lock.close();
		await (await starting?.catch(() => null))?.stop();
		await rm(folder, { recursive: true, force: true });
	};
};
