import { z } from "zod";
import { locatorOf, newId, newRoutedId } from "../../contract/ids.ts";
import type { Scene } from "./scene.ts";

const Ids = z.object({ data: z.array(z.object({ id: z.string() })) });

/** Ids of what the other tenant really has, one of each kind, and of what could lie in its agent's object. */
export const victimsIds = async ({ victim }: Scene): Promise<string[]> => {
	const first = async (path: string): Promise<string[]> =>
		(await victim.api.expect(200, Ids, "GET", path)).data.slice(0, 1).map(({ id }) => id);
	const listed = await Promise.all([first("/v1/keys"), first(`/v1/runs/${victim.runId}/calls`)]);
	const ofAgent = (["apr", "sch"] as const).map((kind) => newRoutedId(kind, locatorOf(victim.agentId)));
	return [victim.id, victim.agentId, victim.runId, ...listed.flat(), ...ofAgent, ...webhookIds()];
};

/** Ids of the same kinds that nobody has. */
export const nobodysIds = (): string[] => {
	const agent = newId("agt");
	const locator = locatorOf(agent);
	const ofAgent = (["run", "cal", "apr", "sch"] as const).map((kind) => newRoutedId(kind, locator));
	return [newId("ten"), agent, newId("key"), ...ofAgent, ...webhookIds()];
};

/** Nobody's: attacks/webhooks has a tenant whose triggers, endpoints and deliveries another one asks for. */
const webhookIds = (): string[] => {
	const endpoint = newId("end");
	return [newId("trg"), endpoint, newRoutedId("dlv", locatorOf(endpoint))];
};
