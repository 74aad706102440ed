import { WorkerEntrypoint } from "cloudflare:workers";
import { LIMITS } from "../../contract/limits.ts";
import type { GateProps } from "../../worker/executor/isolate-code.ts";
import { carryOutWork } from "../../worker/executor/carry-out.ts";
import { ENGINE_WORK, type EngineWork, type GateAnswer } from "../../worker/executor/protocol.ts";
import type { DispatcherEnv } from "./dispatcher-env.ts";
import { enginesOf } from "./engines.ts";
import { callPort } from "./gate-ports.ts";

const METHOD_CHARS = 64;
const AT_CHARS = LIMITS.choicesChars + 64;

const refuse = (code: string, message: string, hint: string): string => {
	const answer: GateAnswer = { kind: "error", code, message, hint, atMs: null };
	return JSON.stringify(answer);
};

/**
 * What one grant's binding is inside the isolate. Exactly one public method: every other one would be an API for the program.
 * Its arguments come from the isolate and can be anything that RPC carries, live stubs included: they are asked for their type and nothing else
 * until they are known to be strings.
 */
export class GateRelay extends WorkerEntrypoint<DispatcherEnv, GateProps> {
	/**
	 * One call: the method's name, its encoded arguments, and where in its execution the program stands. Answers the JSON text of a GateAnswer, or, where
	 * the method answers in parts, the bytes of its frames as they come: made by the gate, read by the isolate.
	 */
	async call(method: unknown, args: unknown, at: unknown): Promise<string | ReadableStream<Uint8Array>> {
		if (typeof method !== "string" || method.length > METHOD_CHARS)
			return refuse("invalid_arguments", `call: the method is not a string of at most ${METHOD_CHARS} characters`, "Call a method of env.");
		if (typeof args !== "string" || args.length > LIMITS.argumentBytes)
			return refuse("invalid_arguments", `call: the arguments are not a string of at most ${LIMITS.argumentBytes} bytes`, "Pass less.");
		if (typeof at !== "string" || at.length > AT_CHARS)
			return refuse("invalid_arguments", `call: the place is not a string of at most ${AT_CHARS} characters`, "Call a method of env.");
		const { token, grant } = this.ctx.props;
		try {
			const response = await this.env.BACK.fetch("http://gate/call", {
				method: "POST",
				headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
				body: JSON.stringify({ grant, method, args, at }),
			});
			if (response.headers.get("content-type") === ENGINE_WORK) return await this.#askEngine(await response.text(), token);
			const inParts = response.headers.get("content-type") === "application/x-ndjson";
			return inParts && response.body !== null ? response.body : await response.text();
		} catch {
			return refuse("run_ended", "call: the gate did not answer", "The run is over, or its supervisor is gone.");
		}
	}

	/** The engine is this process's own, beside the isolate: the program's side of the binding is given the gate's answer and nothing else. */
	async #askEngine(text: string, token: string): Promise<string> {
		const work: EngineWork = JSON.parse(text);
		const engines = enginesOf(this.env);
		return await carryOutWork(engines.loader, engines.shelf, work, token, callPort(this.env.BACK, token, work.callId));
	}
}
