/*
 * J22 Writes SQL into filters, names, cursors and ids
 * wall: host
 * ends: held
 */
import { expectStatuses, type Probe, probeAll } from "../../probe.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const texts = [
		"' OR 1=1 --",
		"'; DROP TABLE runs; --",
		"1) UNION SELECT * FROM secrets --",
		'" OR ""="',
		"%27%20OR%201=1",
		"x' AND (SELECT 1 FROM keys)='",
		"\\'; --",
		"%",
		"_",
		"*",
		"a'||(select value from secrets)||'",
	];
	const probes: Probe[] = texts
		.map(encodeURIComponent)
		.flatMap((text) => [
			{ path: `/v1/runs?agent=${text}` },
			{ path: `/v1/runs?status=${text}` },
			{ path: `/v1/runs?sort=${text}` },
			{ path: `/v1/runs?cursor=${text}` },
			{ path: `/v1/approvals?status=${text}` },
			{ path: `/v1/usage?from=1&to=2&groupBy=${text}` },
			{ path: `/v1/runs/${text}` },
			{ path: `/v1/agents/${text}/types` },
			{ path: `/v1/models/${text}` },
			{ path: `/v1/datasets/${text}` },
			{ method: "DELETE", path: `/v1/secrets/${text}` },
		]);
	const answers = await probeAll(scene, probes);
	// An agent that is not there has no runs.
	const found = answers.map((answer) => (answer.text === '{"data":[],"nextCursor":null}' ? { ...answer, status: 404 } : answer));
	expectStatuses(probes, found, [400, 404]);
};
