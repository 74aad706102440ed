import { Refusal } from "../../contract/errors.ts";
import type { LibraryName } from "../../contract/libraries.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { CompiledProgram, Executor, SourceProgram } from "../executor/protocol.ts";
import { SharedFlights } from "./shared-flights.ts";

/** Compiled programs of this isolate, by tenant and digest; what went in last stays longest. */
const MAX_ENTRIES = 500;
const MAX_CHARS = 16 * 1024 * 1024;
const entries = new Map<string, { program: CompiledProgram; chars: number }>();
let totalChars = 0;
/** Compiles that are under way: a burst of requests for one program, after a start, takes one executor and not all. */
const flights = new SharedFlights<CompiledProgram>(LIMITS.compileWallMs);

/**
 * The program compiled, out of memory if this tenant has had the same one compiled here under the same libraries. Tenants do not share entries: a compiler
 * that one of them broke can only serve itself.
 * @param libraries what the agent's policy grants
 * @throws Refusal `invalid_program` with module, line and column; `no_executor` when nothing compiles.
 */
export const compileCached = async (
	executor: Executor,
	source: SourceProgram,
	tenantId: string,
	digest: string,
	libraries: readonly LibraryName[],
): Promise<CompiledProgram> => {
	const key = `${tenantId} ${digest} ${[...libraries].sort().join(" ")}`;
	const known = entries.get(key);
	if (known !== undefined) {
		entries.delete(key);
		entries.set(key, known);
		return known.program;
	}
	return flights.get(key, async () => {
		const program = await compile(executor, source, tenantId, libraries);
		keep(key, program);
		return program;
	});
};

/** @throws Refusal */
const compile = async (
	executor: Executor,
	source: SourceProgram,
	tenantId: string,
	libraries: readonly LibraryName[],
): Promise<CompiledProgram> => {
	const outcome = await executor.compile({ ...source, ...(libraries.length > 0 && { libraries: [...libraries] }) }, tenantId);
	switch (outcome.kind) {
		case "refused":
			throw new Refusal("no_executor", `Compiling the program: no executor took it: ${outcome.why}`);
		case "invalid": {
			const { module, line, column } = outcome;
			throw new Refusal("invalid_program", `Compiling the program: ${escapeControls(outcome.message)}`, {
				details: { module, line, column },
			});
		}
		case "compiled":
			// The compiler ran where hostile text drives it: what it says is believed as far as the policy goes.
			if (outcome.program.libraries?.some((name) => !libraries.includes(name)) === true)
				throw new Refusal("no_executor", "Compiling the program: the executor's answer names libraries that the policy does not grant");
			return outcome.program;
	}
};

/** The compiler quotes the program's text: a control character in it could steer the terminal that shows the message. */
const escapeControls = (text: string): string =>
	text.replace(/\p{Cc}/gu, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`);

const keep = (key: string, program: CompiledProgram): void => {
	const chars = [...Object.values(program.modules), ...Object.values(program.sources)].reduce((sum, text) => sum + text.length, 0);
	entries.set(key, { program, chars });
	totalChars += chars;
	for (const [oldest, entry] of entries) {
		if (entries.size <= MAX_ENTRIES && totalChars <= MAX_CHARS) return;
		entries.delete(oldest);
		totalChars -= entry.chars;
	}
};
