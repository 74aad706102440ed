import type { ErrorCode } from "../../../contract/errors.ts";
import type { VerbOutcome } from "../verb.ts";

/** How a fetch fails. Made with the bytes that were sent until then. */
export type FetchFailure = (sentBytes: number) => VerbOutcome;

const failure =
	(code: ErrorCode, message: string, hint?: string): FetchFailure =>
	(sentBytes) => ({ kind: "failed", code, message, ...(hint === undefined ? {} : { hint }), cost: { egressBytes: sentBytes } });

/** One wording for a name that does not resolve, a closed port, a reset, a wrong certificate and a broken answer: a fetch is no port scanner. */
const NO_ANSWER = "fetch: the other side could not be reached or did not answer properly";
export const UNREACHABLE = failure("upstream_failed", NO_ANSWER);
/** The same for the program; told apart here, since what answered so once will again. */
export const BROKEN = failure("upstream_failed", NO_ANSWER);
export const TIMED_OUT = failure("upstream_timeout", "fetch: the other side did not answer in full within the call's time");
/** For the record alone: nobody is left to hear it. */
export const NOBODY_READS = failure("cancelled", "fetch: nobody reads the stream any more");
export const NO_SECRET = failure("secret_unavailable", "fetch: the secret that the grant injects is not there or does not fit a header");
export const NO_TOKEN = failure("upstream_failed", "fetch: the server that gives the token for the grant's credential gave none");
export const NO_HANDLE = failure("invalid_arguments", "fetch argument 1.body: found a handle that this run does not have");
export const TOO_MANY_REDIRECTS = failure("upstream_failed", "fetch: the other side redirected too often");
export const REDIRECT_ERROR = failure("upstream_failed", 'fetch: the other side redirected, and the request said redirect: "error"');

export const tooLarge = (maxBytes: number): FetchFailure =>
	failure("response_too_large", `fetch: the response is larger than ${maxBytes} bytes, or its headers are too many`);

export const bodyTooLarge = (bytes: number, maxBytes: number): FetchFailure =>
	failure("invalid_arguments", `fetch argument 1.body: found a handle of ${bytes} bytes, wanted at most ${maxBytes}`);

export const notKept = (why: string): FetchFailure => failure("response_too_large", `fetch: the response cannot be kept: ${why}`);

export const addressRefused = (why: string): FetchFailure => failure("egress_denied", `fetch: the address is refused: ${why}`);

export const redirectRefused = (why: string): FetchFailure =>
	failure("egress_denied", `fetch: the other side redirected, which is refused: ${why}`, 'Use redirect: "manual" to see where it leads.');
