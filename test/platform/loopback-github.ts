import { createHmac, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { startLoopbackServer } from "../../scripts/support/loopback-server.ts";
import { SENDERS } from "../node/triggers/signing.ts";
import { movedTo, objectIn, type Payload, payloadOf } from "./github-payloads.ts";

/** What a program asked of GitHub. */
export interface GithubRequest {
	readonly method: string;
	readonly path: string;
	readonly authorization: string;
	readonly body: string;
}

/** A webhook as GitHub sends it: one delivery keeps its id however often it is sent. */
export interface GithubDelivery {
	readonly event: string;
	readonly id: string;
	readonly body: string;
}

/** One repository of GitHub on loopback: its REST API of issues, with real shapes, and its webhooks. */
export interface LoopbackGithub extends AsyncDisposable {
	/** `127.0.0.1:port` */
	readonly host: string;
	readonly origin: string;
	/** All that came with the token, in its order. */
	readonly requests: readonly GithubRequest[];
	/** How many requests came without it. */
	refused(): number;
	/** What stands below an issue: comments' texts and labels' names that were posted. */
	posted(issue: number): { readonly comments: readonly string[]; readonly labels: readonly string[] };
	/** Somebody opens an issue; the delivery tells of it. */
	open(issue: { readonly title: string; readonly body: string }): Promise<GithubDelivery>;
	/** Any other event of the repository. */
	event(event: string, action?: string): Promise<GithubDelivery>;
	/** Sends a delivery, signed with the webhook's secret. */
	deliver(url: string, delivery: GithubDelivery, secret?: string): Promise<{ status: number; body: unknown }>;
}

interface KeptIssue {
	readonly issue: Payload;
	readonly comments: Payload[];
	readonly labels: string[];
}

const DOCS = "https://docs.github.com/rest";
const CommentBody = z.object({ body: z.string().min(1) });
const LabelsBody = z.object({ labels: z.array(z.string()).min(1) });

/** @param settings the repository as `owner/name`, the token that its API wants, the secret of its webhook */
export const startLoopbackGithub = async (settings: {
	readonly repository: string;
	readonly token: string;
	readonly secret: string;
}): Promise<LoopbackGithub> => {
	const issues = new Map<number, KeptIssue>();
	const requests: GithubRequest[] = [];
	let refused = 0;

	const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		const body = await text(request);
		const send = (status: number, value: unknown): void => {
			response
				.writeHead(status, {
					"content-type": "application/json; charset=utf-8",
					"x-github-media-type": "github.v3; format=json",
					"x-github-request-id": randomUUID(),
					"x-ratelimit-limit": "5000",
				})
				.end(JSON.stringify(value));
		};
		const fault = (status: number, message: string, page = ""): void =>
			send(status, { message, documentation_url: `${DOCS}${page}`, status: String(status) });
		const { method = "", url = "", headers } = request;
		if ((headers["user-agent"] ?? "") === "") {
			fault(403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.");
			return;
		}
		if (headers.authorization !== `Bearer ${settings.token}`) {
			refused += 1;
			fault(401, headers.authorization === undefined ? "Requires authentication" : "Bad credentials");
			return;
		}
		requests.push({ method, path: url, authorization: headers.authorization, body });
		const { pathname } = new URL(url, "http://github");
		const [, number = "", part = ""] =
			new RegExp(`^/repos/${settings.repository}/issues/([0-9]+)(?:/(comments|labels))?$`).exec(pathname) ?? [];
		const kept = issues.get(Number(number));
		if (kept === undefined) {
			fault(404, "Not Found", "/issues/issues#get-an-issue");
			return;
		}
		switch (`${method} ${part}`) {
			case "GET ":
				send(200, { ...kept.issue, comments: kept.comments.length });
				return;
			case "GET comments":
				send(200, kept.comments);
				return;
			case "POST comments":
				send(201, await addComment(kept, CommentBody.parse(JSON.parse(body)).body));
				return;
			case "POST labels":
				kept.labels.push(...LabelsBody.parse(JSON.parse(body)).labels);
				send(
					200,
					kept.labels.map((name) => ({ ...LABEL, url: `${server.origin}/repos/${settings.repository}/labels/${name}`, name })),
				);
				return;
			default:
				fault(404, "Not Found");
		}
	};

	const addComment = async (kept: KeptIssue, body: string): Promise<Payload> => {
		const example = movedTo(objectIn(payloadOf("issue_comment", "created"), "comment"), server.origin, settings.repository);
		const comment = { ...example, id: 492_700_400 + requests.length, issue_url: kept.issue["url"], body };
		kept.comments.push(comment);
		return comment;
	};

	const server = await startLoopbackServer((request, response) => {
		answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
	});
	return {
		host: server.host,
		origin: server.origin,
		requests,
		refused: () => refused,
		posted: (number) => {
			const kept = issues.get(number);
			return { comments: (kept?.comments ?? []).map(({ body }) => String(body)), labels: kept?.labels ?? [] };
		},
		open: async ({ title, body }) => {
			const number = issues.size + 1;
			const payload = movedTo(payloadOf("issues", "opened"), server.origin, settings.repository);
			const url = `${server.origin}/repos/${settings.repository}/issues/${number}`;
			const parts = { comments_url: `${url}/comments`, labels_url: `${url}/labels{/name}`, events_url: `${url}/events` };
			const issue = { ...objectIn(payload, "issue"), url, ...parts, id: 444_500_041 + number, number, title, body, labels: [] };
			issues.set(number, { issue, comments: [], labels: [] });
			return { event: "issues", id: randomUUID(), body: JSON.stringify({ ...payload, issue }) };
		},
		event: async (event, action) => {
			const payload = movedTo(payloadOf(event, action), server.origin, settings.repository);
			return { event, id: randomUUID(), body: JSON.stringify(payload) };
		},
		deliver: async (url, delivery, secret = settings.secret) => {
			const response = await fetch(url, { method: "POST", headers: headersOf(delivery, secret), body: delivery.body });
			const answered = await response.text();
			const isJson = (response.headers.get("content-type") ?? "").includes("application/json");
			return { status: response.status, body: isJson ? JSON.parse(answered) : answered };
		},
		[Symbol.asyncDispose]: () => server.close(),
	};
};

const LABEL = { id: 208_045_946, node_id: "MDU6TGFiZWwyMDgwNDU5NDY=", color: "f29513", default: true, description: "" };

const headersOf = ({ event, id, body }: GithubDelivery, secret: string): Record<string, string> => ({
	...SENDERS.github({ secret, body, id }),
	accept: "*/*",
	"content-type": "application/json",
	"user-agent": "GitHub-Hookshot/044aadd",
	"x-github-event": event,
	"x-github-hook-id": "292430182",
	"x-github-hook-installation-target-id": "186853002",
	"x-github-hook-installation-target-type": "repository",
	"x-hub-signature": `sha1=${createHmac("sha1", secret).update(body).digest("hex")}`,
});
