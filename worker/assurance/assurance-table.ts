import type { Assurance, AssuredWall } from "../../contract/assurance.ts";

/** What a standing is called in words. */
const STANDING_WORDS = {
	tested: "tested here",
	one_machine: "tested only on one machine",
	design: "rests on design",
} as const satisfies Record<AssuredWall["standing"], string>;

const OUTCOME_WORDS = { held: "held", not_held: "not held", not_applicable: "–" } as const;

/** A table with its heading, as texts: for the page and for the document alike. */
export interface Table {
	readonly title: string;
	readonly says: string;
	readonly columns: readonly string[];
	readonly rows: readonly (readonly string[])[];
}

/** Everything that the page and the document show. */
export const assuranceTables = (assurance: Assurance): readonly Table[] => [
	wallTable(assurance),
	...(assurance.flow === null ? [] : [flowTable(assurance.flow)]),
	...(assurance.peers.length === 0 ? [] : [peerTable(assurance)]),
];

const wallTable = ({ walls, commit }: Assurance): Table => ({
	title: "Walls",
	says:
		"Each attack is a hostile program or request through the public API, beside an honest run of another tenant that must not notice. " +
		"“Tested only on one machine”: on Cloudflare that platform enforces it, and nothing here can show it.",
	columns: ["wall", "promise", "on one machine", "on Cloudflare", "attacks", "held", "commit", "standing", "also tested by"],
	rows: walls.map((wall) => [
		wall.name,
		wall.promise,
		wall.oneMachine,
		wall.cloudflare,
		String(wall.attacks.tried),
		wall.attacks.tried === 0 ? "–" : String(wall.attacks.held),
		wall.standing === "design" ? "–" : commit.slice(0, 7),
		STANDING_WORDS[wall.standing],
		wall.tests.join(", "),
	]),
});

const flowTable = ({ injected, injectedLeft, honest, honestUnasked, honestUnaskedNamed }: NonNullable<Assurance["flow"]>): Table => ({
	title: "Flow locks",
	says: "Documents with instructions in them, each with the program that a fooled model would write; and honest tasks, under the default rule.",
	columns: ["what", "count"],
	rows: [
		["injected documents", String(injected)],
		["of them: private data that left without a person's approval", String(injectedLeft)],
		["honest tasks", String(honest)],
		["of them: done without asking a person, by the default rule", String(honestUnasked)],
		["of them: done without asking a person, where the policy names recipients", String(honestUnaskedNamed)],
	],
});

const peerTable = ({ probes, peers }: Assurance): Table => ({
	title: "Beside others",
	says: "The same questions, asked of what else runs untrusted code on this kind of machine, each as its documentation says to set it up. The questions are ours, and none is about speed, in which most of these are ahead. “–”: makes no sense there.",
	columns: ["question", ...peers.map(({ name, version }) => `${name} ${version}`)],
	rows: [
		["set up", ...peers.map(({ setting }) => setting)],
		...probes.map(({ id, asks }) => [asks, ...peers.map(({ outcomes }) => OUTCOME_WORDS[outcomes[id] ?? "not_applicable"])]),
		["held, of those that make sense", ...peers.map(({ outcomes }) => heldOf(Object.values(outcomes)))],
	],
});

const heldOf = (outcomes: readonly string[]): string => {
	const asked = outcomes.filter((outcome) => outcome !== "not_applicable");
	return `${asked.filter((outcome) => outcome === "held").length} of ${asked.length}`;
};
