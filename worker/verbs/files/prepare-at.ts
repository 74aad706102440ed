import { deniedCall } from "../denied-call.ts";
import { describeValue } from "../describe-value.ts";
import type { Act, Preparation } from "../verb.ts";
import { pathFault } from "./check-path.ts";
import { coveringMount, type MountMode } from "./covering-mount.ts";
import type { FileScope } from "./files-grant.ts";

/** A path of a call, and what is to be done there. */
export interface Place {
	readonly path: string;
	readonly wanted: MountMode;
}

const mountsText = (scope: FileScope): string => scope.mounts.map((mount) => `${mount.path} (${mount.mode})`).join(", ");

type Covering = { kind: "covered"; rule: string } | { kind: "denied"; state: string; hint: string };

const coverPlace = (scope: FileScope, { path, wanted }: Place): Covering => {
	const fault = pathFault(path);
	if (fault !== null) {
		const state = `the path ${describeValue(path)} is refused: ${fault}`;
		return { kind: "denied", state, hint: "Use an absolute path such as /workspace/input/a.csv." };
	}
	const mount = coveringMount(scope.mounts, path);
	const hint = `Allowed: ${mountsText(scope)}.`;
	if (mount === null) return { kind: "denied", state: `${path} is in no mount of the grant`, hint };
	if (wanted === "write" && mount.mode === "read") return { kind: "denied", state: `${mount.path} is mounted for reading only`, hint };
	return { kind: "covered", rule: `${wanted} in ${mount.path}` };
};

/** What a dry run answers where a person would be asked, by method; null for the others. */
const PLANNED: ReadonlyMap<string, unknown> = new Map<string, unknown>([
	["readText", ""],
	["readBytes", new Uint8Array(0)],
	["read", new Uint8Array(0)],
	["stream", { bytes: 0 }],
	["handle", { handle: "", bytes: 0, type: "application/octet-stream" }],
	["list", []],
	["exists", false],
	["delete", true],
]);

/** Decides whether the grant covers every path of a call, once; the act is to use those very paths. */
export const atPaths = (method: string, scope: FileScope, places: readonly Place[], makeAct: () => Act): Preparation => {
	const effect = places.some(({ wanted }) => wanted === "write") ? "write" : "read";
	const rules: string[] = [];
	for (const place of places) {
		const covering = coverPlace(scope, place);
		if (covering.kind === "denied") {
			const message = `${method}: ${covering.state}`;
			return { kind: "prepared", call: deniedCall({ effect, code: "file_denied", message, hint: covering.hint }) };
		}
		rules.push(covering.rule);
	}
	return {
		kind: "prepared",
		call: {
			effect,
			local: true,
			// Changes are made in one transaction with their record, so that a repeat either finds the record or nothing done.
			idempotent: true,
			planned: PLANNED.get(method) ?? null,
			decision: { kind: "allowed", rule: rules.join(", ") },
			worstCost: {},
			act: makeAct(),
		},
	};
};
