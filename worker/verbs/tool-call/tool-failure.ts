import type { ErrorCode } from "../../../contract/errors.ts";

/**
 * Why a tool server could not be asked. Thrown from the wire through the SDK's transport to the act, never past it. Its message never holds what the
 * far side said: that may be the secret it was sent.
 */
export class ToolFailure extends Error {
	readonly code: ErrorCode;
	/** What the tenant's own call is told instead, with names that no program gets. */
	readonly toTenant: string;

	constructor(code: ErrorCode, message: string, toTenant = message) {
		super(message);
		this.name = "ToolFailure";
		this.code = code;
		this.toTenant = toTenant;
	}
}

/** One wording for a name that does not resolve, a closed port, a reset, a wrong certificate and a broken answer. */
export const unreachable = (): ToolFailure =>
	new ToolFailure("upstream_failed", "the tool server could not be reached or did not answer properly");
export const timedOut = (): ToolFailure =>
	new ToolFailure("upstream_timeout", "the tool server did not answer in full within the call's time");
export const tooLarge = (maxBytes: number): ToolFailure =>
	new ToolFailure("response_too_large", `the tool server's answer is larger than ${maxBytes} bytes, or nested too deeply`);
export const answeredWith = (status: number): ToolFailure =>
	new ToolFailure("upstream_failed", `the tool server answered with the status ${status}, wanted one that says it went well`);
