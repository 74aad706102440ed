import { joinLabels } from "../../common-grant.ts";
import { unknownMethod } from "../../unknown-method.ts";
import type { BoundGrant } from "../../verb.ts";
import { neededOfStore } from "./granted-store.ts";
import { storeDeclaration } from "./store-declaration.ts";
import type { StoreGrant } from "./store-grant.ts";
import { storeMethods } from "./store-methods.ts";

/** A grant on a store that the operator attached. */
export const bindStore = (grant: StoreGrant): BoundGrant => {
	const table = storeMethods(grant);
	const methods = [...table.keys()];
	return {
		methods,
		labels: joinLabels([], grant.labels),
		resources: [{ kind: "store", name: grant.store }],
		prepare: (method, args, resources) => table.get(method)?.(args, resources) ?? unknownMethod("sql.query", method, methods),
		needed: (method, resources) => neededOfStore(grant, method, resources),
		declaration: (resources) => storeDeclaration(grant, resources),
		lint: () => lintStore(grant),
	};
};

const lintStore = (grant: StoreGrant): string[] => {
	const warnings: string[] = [];
	if (!(grant.labels ?? []).includes("private"))
		warnings.push(`sql.query: the store ${grant.store} is not labelled private, so its rows may go wherever the agent may send anything`);
	if (grant.mode === "read")
		warnings.push(
			`sql.query: the program may read whatever the role of the store ${grant.store} may read; the mode named says which statements there are`,
		);
	return warnings;
};
