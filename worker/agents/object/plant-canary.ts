import { LIMITS } from "../../../contract/limits.ts";
import { makeHoneytoken } from "../../leaks/honeytoken.ts";
import { type AdmitCommand, type RefusedAnswer, refuse } from "./admit-run.ts";
import type { ObjectState } from "./object-state.ts";

/** A run's files with its honeytoken among them, and all tokens that its calls are searched for. */
export interface Planted {
	readonly kind: "planted";
	readonly files: AdmitCommand["files"];
	readonly tokens: readonly string[];
}

/**
 * Makes the honeytoken that the policy wants, of chance, once for each run: it is stored with the run, and the same in each of its executions. A run that repeats
 * a recorded one has that one's, which its answers may hold. A replay does nothing, and has none.
 */
export const plantCanary = (state: ObjectState, command: AdmitCommand, policyVersion: number): Planted | RefusedAnswer => {
	if (command.mode === "replay") return { kind: "planted", files: command.files, tokens: [] };
	const recorded = command.origin?.canaries ?? [];
	const known = [...recorded, ...(command.canaries ?? [])];
	const { canary } = state.facts.policy(policyVersion).policy;
	if (canary === undefined || (recorded.length > 0 && command.files.some(({ path }) => path === canary.path)))
		return { kind: "planted", files: command.files, tokens: known };
	const fault = placeFault(command.files, canary.path);
	if (fault !== null) return refuse("invalid_request", `Starting a run: files: ${fault}`);
	const { bytes, tokens } = makeHoneytoken(canary.path);
	return {
		kind: "planted",
		files: [...command.files, { path: canary.path, bytes }],
		tokens: [...tokens, ...known].slice(0, LIMITS.canariesPerRun),
	};
};

const placeFault = (files: AdmitCommand["files"], path: string): string | null => {
	const inTheWay = files.find((file) => `${file.path}/`.startsWith(`${path}/`) || path.startsWith(`${file.path}/`));
	if (inTheWay !== undefined) return `found ${inTheWay.path}, wanted nothing at ${path}, where the policy's canary lies`;
	return files.length < LIMITS.filesPerRun
		? null
		: `found ${files.length}, wanted at most ${LIMITS.filesPerRun - 1} beside the policy's canary`;
};
