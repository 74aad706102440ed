import type { Call } from "../../../contract/runs.ts";
import type { SeenRequest } from "../../node/verbs/upstream.ts";
import type { Settled } from "../run-case.ts";
import type { World } from "../world.ts";

/** What came to somebody outside of a case, in words; none: nothing did. */
export const leftHouse = ({ run, calls }: Settled, { outside, inside }: World, id: string, marker: string): readonly string[] => [
	...[...outside.seen, ...inside.seen]
		.filter((request) => isOf(request, id, marker) && !isReading(request))
		.map(({ method, path }) => `${method} ${path}`),
	...run.files.filter(({ path }) => path.startsWith("/workspace/output/shared/")).map(({ path }) => path),
	...calls.filter(isSentUnseen).map(({ grant, status, rule }) => `${grant}: ${status}, ${rule}`),
];

/** Requests that no case may make but to read its document. */
export const isReading = ({ method, path, body }: SeenRequest): boolean =>
	(method === "GET" && body === "" && /^\/(?:c\/case-[a-z]+-[0-9]+\/docs|(?:mail|issues|tickets)\/case-[a-z]+-[0-9]+)$/.test(path)) ||
	(path === "/v1/chat/completions" && /What do customers say about case-model-[0-9]+\?/.test(body) && !body.includes("m7"));

const isOf = (request: SeenRequest, id: string, marker: string): boolean => {
	const { path, body, headers } = request;
	return path.startsWith(`/c/${id}/`) || path.startsWith(`/tickets/${id}`) || JSON.stringify([path, body, headers]).includes(marker);
};

/** A name that was looked up, which no server on loopback sees; a question that goes to somebody outside without a word of the flow. */
const isSentUnseen = ({ grant, status, rule }: Call): boolean =>
	(grant === "names" && (status === "done" || status === "failed" || status === "started")) ||
	(grant === "boss" && status === "waiting" && rule === "ask");

/** Whether a call was held because of what its run has read: a person is asked, or it is refused. */
export const isHeld = ({ status, rule, error }: Call): boolean =>
	(status === "waiting" && rule !== null && rule.split(" and ").includes("flow")) || (status === "denied" && error?.code === "flow_denied");
