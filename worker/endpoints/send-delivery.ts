import { Webhook } from "standardwebhooks";
import { cutText } from "../../contract/cut-text.ts";
import type { DeliveryAttempt } from "../../contract/endpoints.ts";
import { LIMITS } from "../../contract/limits.ts";
import { visibleJson } from "../../contract/visible-json.ts";
import type { WayOut } from "../egress/way-out.ts";
import type { Deadline } from "../verbs/http-fetch/deadline.ts";
import { dropBody } from "../verbs/http-fetch/read-body.ts";
import { readRetryAfter } from "../verbs/http-fetch/retry-wait.ts";
import { readEndpointUrl } from "./endpoint-url.ts";
import { readBeginning } from "./read-beginning.ts";

/** What is sent. */
export interface Sending {
	readonly url: string;
	readonly eventId: string;
	readonly body: string;
	/** The newest first; each makes a signature. */
	readonly secrets: readonly string[];
	readonly hops: number;
	readonly nowMs: number;
}

/** What came of it: `error` null is a success. */
export interface Outcome extends Pick<DeliveryAttempt, "status" | "error" | "body"> {
	/** How long the endpoint asks to be left alone, milliseconds; null: it does not say. */
	readonly retryAfterMs: number | null;
}

const without = (error: DeliveryAttempt["error"]): Outcome => ({ status: null, error, body: "", retryAfterMs: null });

/** What is noted when nothing could be sent, through no fault of the endpoint. */
export const NOT_SENT: Outcome = without("platform_failed");

/**
 * Posts an event to an endpoint, once, signed as Standard Webhooks says. An answer of 2xx is a success, whatever becomes of its body; a redirect is none.
 * One wording for a name that does not resolve, a closed port, a reset and a wrong certificate: an endpoint is no port scanner.
 * @throws when the request cannot be made, which is no fault of the endpoint
 */
export const sendDelivery = async (sending: Sending, wayOut: WayOut, deadline: Deadline): Promise<Outcome> => {
	const target = readEndpointUrl(sending.url, wayOut.developmentHosts);
	if (target.kind === "refused") return without("address_refused");
	const request = requestOf(target.url, sending, deadline.signal);
	try {
		const work = wayOut.egress(request);
		const answer = await deadline.race(work);
		if (answer.kind === "done") return await readAnswer(answer.value, sending.nowMs, deadline);
		work.then(dropBody, () => undefined);
		return without("timeout");
	} catch {
		return without("unreachable");
	}
};

const requestOf = (url: URL, { eventId, body, secrets, hops, nowMs }: Sending, signal: AbortSignal): Request => {
	const headers = {
		"content-type": "application/json",
		"user-agent": "Cordon",
		"webhook-id": eventId,
		"webhook-timestamp": String(Math.floor(nowMs / 1_000)),
		"webhook-signature": secrets.map((secret) => new Webhook(secret).sign(eventId, new Date(nowMs), body)).join(" "),
		"cordon-hops": String(hops + 1),
	};
	return new Request(url.href, { method: "POST", headers, body, redirect: "manual", signal });
};

/** Text whose every character is seen. */
const shown = (bytes: Uint8Array): string => cutText(visibleJson(new TextDecoder().decode(bytes)), LIMITS.deliveryAnswerChars);

const readAnswer = async (response: Response, nowMs: number, deadline: Deadline): Promise<Outcome> => {
	const { status, headers, ok } = response;
	if (status < 200 || status > 599) throw new Error("Reading an answer: found an upgrade, wanted an answer.");
	const bytes = await readBeginning(response.body, LIMITS.deliveryAnswerBytes, deadline);
	const retryAfter = status === 429 || status === 503 ? headers.get("retry-after") : null;
	return {
		status,
		error: ok ? null : status < 400 ? "redirect" : "status",
		body: shown(bytes),
		retryAfterMs: retryAfter === null ? null : readRetryAfter(retryAfter, nowMs),
	};
};
