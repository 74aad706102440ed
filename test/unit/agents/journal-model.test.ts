import { runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { describe, it } from "vitest";
import { makeAgent, stubOf } from "./agent-under-test.ts";
import { JournalScene } from "./journal-scene.ts";

const choice = fc.nat({ max: 5 });

/** Something that happens to an agent's object, from anybody who works with it. */
type Deed = (scene: JournalScene) => void;

/** Deeds of one kind, which say in a counterexample what they are. */
const deeds = <Values extends [unknown, ...unknown[]]>(
	weight: number,
	name: string,
	values: { [At in keyof Values]: fc.Arbitrary<Values[At]> },
	work: (scene: JournalScene, ...chosen: Values) => void,
): fc.WeightedArbitrary<Deed> => ({
	weight,
	arbitrary: fc.tuple<Values>(...values).map((chosen) => {
		const deed: Deed = (scene) => work(scene, ...chosen);
		return Object.assign(deed, { [fc.toStringMethod]: () => `${name}(${chosen.join(", ")})` });
	}),
});

const Deeds = fc.oneof(
	deeds(3, "admit", [fc.boolean()], (scene, isQueued) => scene.admit(isQueued)),
	deeds(4, "claim", [choice], (scene, run) => scene.claim(run)),
	deeds(14, "issue", [choice], (scene, run) => scene.issue(run)),
	deeds(10, "look", [choice, choice], (scene, run, call) => scene.look(run, call)),
	deeds(8, "perform", [choice, fc.constantFrom("done", "done", "failed", "dies")], (scene, call, how) => scene.perform(call, how)),
	deeds(4, "decide", [choice, fc.constantFrom("approve", "deny")], (scene, approval, decision) => scene.decide(approval, decision)),
	deeds(2, "resolve", [choice, fc.constantFrom("failed", "repeat")], (scene, call, outcome) => scene.resolve(call, outcome)),
	deeds(8, "finish", [choice, fc.constantFrom(false, false, true)], (scene, run, dies) => scene.finish(run, dies)),
	deeds(1, "vanish", [choice], (scene, run) => scene.vanish(run)),
	deeds(1, "cancel", [choice], (scene, run) => scene.cancel(run)),
	deeds(2, "evict", [choice], (scene) => scene.evict()),
	deeds(6, "pass", [fc.constantFrom(1, 70, 70, 150, 150, 5_000, 25_000, 90_000, 25 * 60 * 60 * 1000), fc.boolean()], (scene, ms, rings) =>
		scene.pass(ms, rings),
	),
);

describe("journal, approvals and survival", () => {
	it("keep their word in whatever order things happen, with deaths, restarts and a clock that jumps in between", async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(Deeds, { minLength: 20, maxLength: 120, size: "max" }), async (deeds) => {
				const agent = await makeAgent();
				await agent.object.run(agent.newRunId());
				await runInDurableObject(stubOf(agent), (_instance, { storage }) => {
					const scene = new JournalScene(agent, storage);
					scene.admit(false);
					for (const deed of deeds) {
						deed(scene);
						scene.expectSound();
					}
					scene.drain();
					scene.expectSound();
					scene.expectWhole();
				});
			}),
			{ numRuns: 40 },
		);
	}, 120_000);
});
