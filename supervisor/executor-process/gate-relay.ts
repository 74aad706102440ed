import { WorkerEntrypoint } from "cloudflare:workers";
import { LIMITS } from "../../contract/limits.ts";
import type { GateProps } from "../../worker/executor/isolate-code.ts";
import type { GateAnswer } from "../../worker/executor/protocol.ts";
import type { DispatcherEnv } from "./dispatcher-env.ts";

const METHOD_CHARS = 64;

const refuse = (code: string, message: string, hint: string): string => {
	const answer: GateAnswer = { kind: "error", code, message, hint };
	return JSON.stringify(answer);
};

/**
 * What one grant's binding is inside the isolate. Exactly one public method: every other one would be an API for the program.
 * Both arguments come from the isolate and can be anything that RPC carries, live stubs included: they are asked for their type and nothing else
 * until they are known to be strings.
 */
export class GateRelay extends WorkerEntrypoint<DispatcherEnv, GateProps> {
	/** One call: the method's name and its encoded arguments. Answers the JSON text of a GateAnswer. */
	async call(method: unknown, args: unknown): Promise<string> {
		if (typeof method !== "string" || method.length > METHOD_CHARS)
			return refuse("invalid_arguments", `call: the method is not a string of at most ${METHOD_CHARS} characters`, "Call a method of env.");
		if (typeof args !== "string" || args.length > LIMITS.argumentBytes)
			return refuse("invalid_arguments", `call: the arguments are not a string of at most ${LIMITS.argumentBytes} bytes`, "Pass less.");
		const { token, grant } = this.ctx.props;
		try {
			const response = await this.env.BACK.fetch("http://gate/call", {
				method: "POST",
				headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
				body: JSON.stringify({ grant, method, args }),
			});
			return await response.text();
		} catch {
			return refuse("run_ended", "call: the gate did not answer", "The run is over, or its supervisor is gone.");
		}
	}
}
