import type { Adapter } from "./adapter.ts";

/** Loaded one at a time: a peer that cannot be loaded on this machine is told of, and the others are not touched by it. */
const ADAPTERS: Readonly<Record<string, () => Promise<{ adapter: Adapter }>>> = {
	cordon: () => import("./adapters/cordon.ts"),
	"isolated-vm": () => import("./adapters/isolated-vm.ts"),
	vm2: () => import("./adapters/vm2.ts"),
	"quickjs-emscripten": () => import("./adapters/quickjs-emscripten.ts"),
	"node-permission": () => import("./adapters/node-permission.ts"),
	deno: () => import("./adapters/deno.ts"),
	"bubblewrap-node": () => import("./adapters/bubblewrap-node.ts"),
	codemode: () => import("./adapters/codemode.ts"),
};

export const PEER_IDS = Object.keys(ADAPTERS);

export const loadAdapter = async (id: string): Promise<Adapter> => {
	const load = ADAPTERS[id];
	if (load === undefined) throw new Error(`Loading a peer: found ${id}, wanted one of ${PEER_IDS.join(", ")}`);
	return (await load()).adapter;
};
