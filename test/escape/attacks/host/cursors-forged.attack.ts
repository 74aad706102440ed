/*
 * J09 Forges cursors and asks for pages that are too large, negative or none
 * wall: tenancy
 * ends: held
 */
import { expectStatuses, type Probe, probeAll } from "../../probe.ts";
import type { Scene } from "../../scene.ts";
import { victimsIds } from "../../victims-ids.ts";

const asCursor = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

export const attack = async (scene: Scene): Promise<void> => {
	const lists = [
		"/v1/runs",
		"/v1/agents",
		"/v1/keys",
		"/v1/secrets",
		"/v1/approvals",
		"/v1/datasets",
		"/v1/models",
		"/v1/tools",
		"/v1/events",
	];
	const theirs = await victimsIds(scene);
	const after = [...theirs, "zzzz", "run_zzzzzzzzzzzzzzzzzzzzzzzzzz"].map((id) => asCursor({ after: id }));
	const places = lists.flatMap((list) => after.map((cursor) => ({ path: `${list}?cursor=${cursor}&limit=200` })));
	for (const { text } of await probeAll(scene, places)) {
		if (theirs.some((id) => text.includes(id))) throw new Error("A list from another tenant's place: found its rows, wanted none");
	}
	const odd = [
		"x",
		"",
		"%00",
		"null",
		asCursor({ after: "' OR 1=1 --" }),
		asCursor({ after: ["a"] }),
		asCursor({ after: "a", tenantId: scene.victim.id }),
		asCursor([]),
		"A".repeat(5_000),
		"../x",
		asCursor({ after: "a".repeat(100) }),
	];
	const probes: Probe[] = [
		...lists.flatMap((list) => odd.map((cursor) => ({ path: `${list}?cursor=${encodeURIComponent(cursor)}` }))),
		...["-1", "0", "1e9", "201", "1.5", "abc", "", "NaN", "9".repeat(400)].map((limit) => ({ path: `/v1/runs?limit=${limit}` })),
	];
	expectStatuses(probes, await probeAll(scene, probes), [400]);
};
