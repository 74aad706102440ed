import { Refusal } from "../../contract/errors.ts";
import { locatorOf } from "../../contract/ids.ts";
import { LIMITS } from "../../contract/limits.ts";
import { agentObject, findByLocator } from "../agents/agent-registry.ts";
import type { Env } from "../env.ts";
import type { Handler } from "../handler.ts";
import { archivedNews } from "./events/archived-news.ts";
import { readEventId, START } from "./events/event-id.ts";
import { eventStream, type LookAfter } from "./events/event-stream.ts";

/** `GET /v1/runs/{id}/events`: the run as it goes, made from its state; `Last-Event-ID` resumes. After `end` there is nothing: 204, which stops readers that resume by themselves. */
export const getRunEvents: Handler<"getRunEvents"> = async ({ env, caller, params, lastEventId, isWelcome }) => {
	const from = lastEventId === null || lastEventId === "" ? START : readEventId(lastEventId);
	if (from === null) {
		const shown = `${lastEventId?.length ?? 0} characters that are no event's id`;
		throw new Refusal("invalid_request", `Reading events: Last-Event-ID: found ${shown}, wanted the id of an event of this stream`, {
			hint: `Send the last id that came, at most ${LIMITS.eventIdChars} characters, or no Last-Event-ID for everything from the beginning.`,
		});
	}
	const look = await lookAt(env, caller.tenantId, params.id);
	const first: Awaited<ReturnType<LookAfter>> = look === null ? { kind: "gone" } : await look(from, 0);
	if (look === null || first.kind === "gone") throw new Refusal("not_found", "Looking up a run: there is none of that id");
	if (from.isEnded) return new Response(null, { status: 204 });
	return new Response(eventStream({ look, first, from, isWelcome }), { headers: { "content-type": "text/event-stream" } });
};

/** Looks at a run of the tenant: in its agent's object, which has what is live and recent, else in the archive. Null: no agent leads there. */
const lookAt = async (env: Env, tenantId: string, runId: string): Promise<LookAfter | null> => {
	const entry = await findByLocator(env, tenantId, locatorOf(runId));
	if (entry === null) return null;
	const archived = archivedNews(env, tenantId, runId);
	return async (cursor, waitMs) => {
		const news = await agentObject(env, entry).changes(runId, cursor, waitMs);
		return news.kind === "gone" ? await archived(cursor) : news;
	};
};
