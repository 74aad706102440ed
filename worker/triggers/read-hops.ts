import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";

/** The header in which this platform's own deliveries say how many webhooks led to them. */
const HOPS = "cordon-hops";
const COUNT = /^[0-9]{1,4}$/;

/** How many webhooks of this platform led to a request; 0 for any other sender's. @throws Refusal `loop_detected`, `invalid_request` */
export const readHops = (headers: Headers): number => {
	const text = headers.get(HOPS);
	if (text === null) return 0;
	if (!COUNT.test(text))
		throw new Refusal("invalid_request", `Receiving a webhook: ${HOPS}: found no number, wanted one, or no such header`);
	const hops = Number(text);
	if (hops < LIMITS.webhookHops) return hops;
	const message = `Receiving a webhook: ${HOPS}: found ${hops} webhooks that led to this one, wanted fewer than ${LIMITS.webhookHops}`;
	throw new Refusal("loop_detected", message);
};
