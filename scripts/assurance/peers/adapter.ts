import { createRequire } from "node:module";
import { join } from "node:path";
import { repositoryRoot } from "../../../supervisor/repository-root.ts";

/** How a program ended, as the peer tells whoever runs it. `host_lost`: the peer's host, where that is a process of its own, answers nobody any more. */
export type Ended =
	| { readonly kind: "returned"; readonly value: unknown }
	| { readonly kind: "stopped"; readonly message: string }
	| { readonly kind: "host_lost" };

/** A way to run a program on this machine, set up as its documentation says for code that is not trusted. */
export interface Adapter {
	readonly name: string;
	/** How it is set up, for the table. */
	readonly setting: string;
	/** What must be there before the first program, if anything. */
	start?(): Promise<void>;
	/** @param body of an async function without arguments; what it returns is its result. May hang or die with its host: that is an answer too. */
	run(body: string): Promise<Ended>;
}

/** What every peer is given that can be given it. */
export const GIVEN = { timeoutMs: 1_000, memoryMb: 64 } as const;

/** Where the peers are installed: not among what Cordon needs. */
export const PEERS_FOLDER = join(repositoryRoot, ".build", "peers");

const requireFromPeers = createRequire(join(PEERS_FOLDER, "package.json"));

/** A peer's package. The caller says what of it is used. */
export const loadPeer = <Used>(name: string): Used => {
	const loaded: Used = requireFromPeers(name);
	return loaded;
};

/** The first of two ends: the program's, or that nobody waits any longer. */
export const withPatience = async (ending: Promise<Ended>, ms: number): Promise<Ended> => {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<Ended>((resolve) => {
		timer = setTimeout(() => resolve({ kind: "stopped", message: "nobody waits any longer" }), ms);
	});
	return await Promise.race([ending.catch((error: unknown) => ({ kind: "stopped" as const, message: String(error) })), late]).finally(() =>
		clearTimeout(timer),
	);
};
