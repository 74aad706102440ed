/*
 * X41 Resumes a stream of events from forged places, and with another run's place
 * wall: host
 * ends: held
 */
import { probeAll } from "../../probe.ts";
import type { Scene } from "../../scene.ts";

const IDS = [
	"",
	"x",
	"0",
	"-1",
	"1.9.0.0.0.0..",
	"1.0.0.0.0.0..",
	"1.8.1.1.1.1..e",
	"1.0.99999999999999999999.0.0.0..",
	"1.0.-1.0.0.0..",
	"1.0.1e9.0.0.0..",
	`1.0.0.0.0.0.${Array.from({ length: 5_000 }, (_, index) => `${index + 1}a`).join("-")}.`,
	"9".repeat(20_000),
	"1.0.0.0.0.0.1z.",
	"2.0.0.0.0.0..",
	"1.0.0.9007199254740993.0.0..",
	"é",
	"' OR 1=1 --",
];

export const attack = async (scene: Scene): Promise<void> => {
	const run = await scene.api.run({
		agent: "hostile",
		grants: [],
		language: "javascript",
		program: "export default () => { console.log('line'); return 1; }",
	});
	const probes = IDS.flatMap((id) =>
		[run.id, scene.victim.runId].map((of) => ({ path: `/v1/runs/${of}/events`, headers: { "last-event-id": id }, of })),
	);
	const answers = await probeAll(scene, probes);
	answers.forEach(({ status, text }, index) => {
		const isOwn = probes[index]?.of === run.id;
		const isFine = isOwn ? [200, 204, 400].includes(status) : [400, 404].includes(status);
		if (!isFine)
			throw new Error(
				`Last-Event-ID ${probes[index]?.headers["last-event-id"].slice(0, 40)}: found ${status} ${text.slice(0, 200)}, wanted ${isOwn ? "a stream or a refusal" : "400 or 404"}`,
			);
	});
};
