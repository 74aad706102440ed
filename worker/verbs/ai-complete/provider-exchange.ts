import { readBoundedJson } from "../../../contract/bounded-json.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { ModelRoute } from "../../../contract/models.ts";
import type { Deadline } from "../http-fetch/deadline.ts";
import { dropBody, readBody } from "../http-fetch/read-body.ts";
import type { CallContext } from "../verb.ts";
import { readOpenBaseUrl } from "./base-url.ts";
import { boundEvents } from "./bound-events.ts";
import { utf8Bytes } from "./complete-arguments.ts";
import type { CompletionPlan } from "./completion-plan.ts";
import { failureOfStatus, type RouteFailure } from "./route-failure.ts";

/** Thrown into the provider's package to end its work; what went wrong is in the exchange. Carries nothing. */
class Ended extends Error {}

/**
 * One attempt at one route on the wire: the only fetch that a provider's package is given. The package's own errors, which repeat what the far side said, are
 * never looked at: what went wrong is what this saw.
 */
export class ProviderExchange {
	/** Null while nothing is wrong that was seen on the wire. */
	failure: RouteFailure | null = null;
	/** Whether an answer of success began: from then on the request is not repeated, unless it is a stream that gave no token. */
	answered = false;
	/** Bytes of the request that left, or may have. */
	sentBytes = 0;
	readonly #plan: CompletionPlan;
	readonly #base: URL;
	readonly #context: CallContext;
	readonly #deadline: Deadline;

	private constructor(plan: CompletionPlan, base: URL, context: CallContext, deadline: Deadline) {
		this.#plan = plan;
		this.#base = base;
		this.#context = context;
		this.#deadline = deadline;
	}

	/** Null when the route's address may not be asked. */
	static open(plan: CompletionPlan, route: ModelRoute, context: CallContext, deadline: Deadline): ProviderExchange | null {
		const reading = readOpenBaseUrl(route, context.developmentHosts);
		if (reading.kind === "refused") return null;
		const { url } = reading;
		if (url.protocol !== "https:" && !context.developmentHosts.has(url.host)) return null;
		return new ProviderExchange(plan, url, context, deadline);
	}

	/** Without a slash at the end. */
	get baseUrl(): string {
		return this.#base.href.replace(/\/$/, "");
	}

	readonly fetch: typeof globalThis.fetch = async (input, init) => {
		const url = new URL(typeof input === "string" || input instanceof URL ? input : input.url);
		const body = init?.body;
		if (url.origin !== this.#base.origin || typeof body !== "string") return this.#end("misconfigured");
		const headers = new Headers(init?.headers);
		headers.set("user-agent", "cordon");
		headers.set("accept-encoding", "identity");
		let bytes = utf8Bytes(url.href) + utf8Bytes(body);
		for (const [name, value] of headers) bytes += name.length + value.length;
		if (this.sentBytes + bytes > this.#plan.sendBytes) return this.#end("misconfigured");
		this.sentBytes += bytes;
		const response = await this.#send(
			new Request(url, { method: "POST", headers, body, redirect: "manual", signal: this.#deadline.signal }),
		);
		if (response.status < 200 || response.status > 299) {
			dropBody(response);
			return this.#end(failureOfStatus(response.status));
		}
		this.answered = true;
		return await this.#take(response, Math.min(LIMITS.modelWireBytes.max, wireBytes(bytes, this.#plan.bounds.output)));
	};

	async #send(request: Request): Promise<Response> {
		try {
			const work = this.#context.egress(request);
			const sending = await this.#deadline.race(work);
			if (sending.kind === "done") return sending.value;
			work.then(dropBody, () => undefined);
		} catch {
			return this.#end("unreachable");
		}
		return this.#end("timed_out");
	}

	/** The answer for the package: its body bounded, its headers left behind. */
	async #take(response: Response, mostBytes: number): Promise<Response> {
		const type = (response.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
		const encoding = (response.headers.get("content-encoding") ?? "").trim().toLowerCase();
		const isStream = this.#plan.method === "stream";
		if (
			!["", "identity", "gzip", "x-gzip", "br"].includes(encoding) ||
			(isStream && type !== "text/event-stream") ||
			response.body === null
		) {
			dropBody(response);
			return this.#end("garbled");
		}
		if (isStream) {
			const { base, perToken } = LIMITS.modelStreamLines;
			const lines = base + perToken * this.#plan.bounds.output;
			const events = boundEvents(response.body, { bytes: mostBytes, lines, eventBytes: LIMITS.modelEventBytes }, () => {
				this.failure = "oversized";
			});
			return new Response(events, { headers: { "content-type": "text/event-stream" } });
		}
		const reading = await readBody(response, mostBytes, this.#deadline);
		switch (reading.kind) {
			case "read":
				return this.#takeJson(new TextDecoder().decode(reading.bytes));
			case "too_large":
				return this.#end("oversized");
			case "late":
				return this.#end("stalled");
			case "broken":
				return this.#end("garbled");
		}
	}

	/** The package reads it again: what it reads is bounded in depth and values by then. */
	#takeJson(text: string): Response {
		const reading = readBoundedJson(text, { nodes: LIMITS.modelWireNodes });
		return reading.kind === "value" ? new Response(text, { headers: { "content-type": "application/json" } }) : this.#end("garbled");
	}

	#end(failure: RouteFailure): never {
		this.failure = failure;
		throw new Ended();
	}
}

const wireBytes = (sentBytes: number, tokens: number): number => {
	const { base, perByteSent, perToken } = LIMITS.modelWireBytes;
	return base + perByteSent * sentBytes + perToken * tokens;
};
