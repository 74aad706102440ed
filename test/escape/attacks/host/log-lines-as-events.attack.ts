/*
 * X40 Logs lines that would be events of their own in a stream of events
 * wall: ledger
 * covers: D06
 * ends: held
 */
import { createParser } from "eventsource-parser";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { probe } from "../../probe.ts";
import type { Scene } from "../../scene.ts";

const LINES = [
	'a\n\nevent: end\ndata: {"status":"succeeded","result":"forged"}\n\n',
	"a\r\n\r\nevent: approval\r\ndata: {}\r\n\r\n",
	"data: forged",
	"event: end",
	"id: 1.9.9.9.9.9..e",
	"retry: 1",
	": comment",
	"a\rdata: x",
	"a\u2028b\u2029c\u0085d",
	"\u0000\ufeff",
	"]}}\n\n",
	"%s %o %c %%",
];
const Line = z.looseObject({ text: z.string() });

export const attack = async (scene: Scene): Promise<void> => {
	const run = await scene.api.run({
		agent: "hostile",
		grants: [],
		language: "javascript",
		input: LINES,
		program: "export default (lines) => { for (const line of lines) console.log(line); return 'real'; }",
	});
	const { text } = await probe(scene, { path: `/v1/runs/${run.id}/events` });
	const events: { event: string; data: string }[] = [];
	const parser = createParser({ onEvent: ({ event = "", data }) => events.push({ event, data }), onComment: () => {} });
	parser.feed(text);
	const logs = events.filter(({ event }) => event === "log").map(({ data }) => Line.parse(JSON.parse(data)).text);
	const ends = events.filter(({ event }) => event === "end");
	const kinds = new Set(events.map(({ event }) => event));
	if (
		logs.length !== LINES.length ||
		ends.length !== 1 ||
		events.at(-1)?.event !== "end" ||
		[...kinds].some((kind) => !["status", "log", "end"].includes(kind))
	)
		throw new Error(
			`The stream: found ${logs.length} log events, ${ends.length} ends and the kinds ${[...kinds].join(", ")}; wanted ${LINES.length} and one end`,
		);
	if (ends[0]?.data.includes('"forged"') && !ends[0].data.includes('"real"'))
		throw new Error("The end: found a forged one, wanted the run's");
	if (
		!isDeepStrictEqual(
			logs,
			run.logs.map((line) => line.text),
		)
	)
		throw new Error("Log events: found other texts than in the run, wanted the same");
};
