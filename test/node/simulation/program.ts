import type { Chance } from "./chance.ts";

/** A call as a program makes it. `place`: its place in the program's order, from 1. */
export interface PlannedCall {
	readonly place: number;
	readonly grant: string;
	readonly method: string;
	/** Encoded array of arguments. */
	readonly args: string;
}

/** What a program does, the same in each execution: groups of calls that it makes at once, one group after the other. */
export interface Program {
	readonly groups: readonly (readonly PlannedCall[])[];
	/** From which attempt on it takes another way than it took; null: never. */
	readonly straysFrom: number | null;
	readonly throws: boolean;
}

const request = (method: string, path: string): string =>
	JSON.stringify([{ url: `https://example.com/${path}`, method, headers: [], body: null, redirect: "follow" }]);

/** Few kinds of calls, so that the same one is often made several times. */
const makeCall = (chance: Chance, place: number): PlannedCall => {
	const which = chance.int(16);
	if (which < 3) return { place, grant: "memory", method: "put", args: JSON.stringify([`k${chance.int(3)}`, place]) };
	if (which < 4) return { place, grant: "memory", method: "get", args: JSON.stringify(["k1"]) };
	if (which < 7) return { place, grant: "web", method: "fetch", args: request("GET", "") };
	if (which < 10) return { place, grant: "web", method: "fetch", args: request("POST", "") };
	if (which < 11) return { place, grant: "pay", method: "fetch", args: request("POST", "pay") };
	if (which < 15) return { place, grant: "send", method: "fetch", args: request("POST", `send${chance.int(2)}`) };
	return { place, grant: "ask", method: "ask", args: JSON.stringify([{ question: "Shall I?" }]) };
};

export const makeProgram = (chance: Chance): Program => {
	const groups: PlannedCall[][] = [];
	let place = 0;
	for (let left = chance.between(1, 4); left > 0; left -= 1) {
		const group: PlannedCall[] = [];
		for (let size = chance.isIn(0.3) ? 2 : 1; size > 0; size -= 1) {
			place += 1;
			group.push(makeCall(chance, place));
		}
		groups.push(group);
	}
	return { groups, straysFrom: chance.isIn(0.06) ? 2 : null, throws: chance.isIn(0.1) };
};

/** The groups of an attempt: one that strays begins with a call that it did not make before. */
export const groupsOf = ({ groups, straysFrom }: Program, attempt: number): Program["groups"] => {
	if (straysFrom === null || attempt < straysFrom) return groups;
	const stray = { grant: "memory", method: "get", args: JSON.stringify(["another way"]) };
	return groups.map((group) => group.map((call) => ({ ...call, ...stray })));
};
