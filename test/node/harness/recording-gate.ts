import { encodeValue } from "../../../contract/tagged-json.ts";
import type { GateFrame } from "../../../worker/executor/protocol.ts";
import type { Answer, GateRequest } from "./start-workerd.ts";

/** A call as the gate has recorded it: every frame with the time at which it was given. */
export interface RecordedCall {
	readonly grant: string;
	readonly method: string;
	readonly args: string;
	readonly frames: GateFrame[];
}

/** What a host knows of a run: its calls by their place, and the choices, unpacked. */
export interface Recording {
	readonly calls: Map<number, RecordedCall>;
	items: string[];
}

export const emptyRecording = (): Recording => ({ calls: new Map(), items: [] });

export const copyRecording = ({ calls, items }: Recording): Recording => ({
	calls: new Map([...calls].map(([place, call]) => [place, { ...call, frames: [...call.frames] }])),
	items: [...items],
});

/** Text of choices as items. */
export const unpack = (text: string): string[] =>
	text === ""
		? []
		: text.split(",").flatMap((packed) => {
				const [item = "", count = "1"] = packed.split("*");
				return Array.from({ length: Number(count) }, () => item);
			});

/** Takes the choices of an execution: those from `from` on are now as it says. */
export const takeChoices = (recording: Recording, text: string): void => {
	const [from = "", choices = ""] = text.split(" ");
	if (Number(from) > recording.items.length)
		throw new Error(`Recording choices: they begin at ${from}, wanted at most ${recording.items.length}`);
	recording.items = [...recording.items.slice(0, Number(from)), ...unpack(choices)];
};

export interface Gate {
	/** How long the frame of a call takes, milliseconds. */
	delayMs(place: number, frame: number): number;
	/** The value of a call, or of a part of it. */
	valueOf(call: GateRequest, frame: number): unknown;
	/** Told of each call when it arrives, before it is answered. */
	onCall?(place: number, call: GateRequest): void;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const encoded = (value: unknown): string => {
	const encoding = encodeValue(value);
	if (encoding.kind === "refused") throw new Error(encoding.message);
	return encoding.text;
};

/** How many parts a stream has before its end. */
const PARTS = 3;

/**
 * A gate that records what it is asked and what it answers, and answers what it has recorded before with the same, to the byte.
 * What a recording has of another call at the same place is an error that `diverged` names.
 */
export const recordingGate = (recording: Recording, gate: Gate): { readonly answer: Answer; readonly diverged: string[] } => {
	const diverged: string[] = [];
	const frameOf = async (call: GateRequest, place: number, index: number, isLast: boolean): Promise<GateFrame> => {
		const recorded = recording.calls.get(place);
		await pause(gate.delayMs(place, index));
		const known = recorded?.frames[index];
		if (known !== undefined) return known;
		const frame: GateFrame = { kind: isLast ? "value" : "part", value: encoded(gate.valueOf(call, index)), atMs: Date.now() };
		recorded?.frames.push(frame);
		return frame;
	};
	const framesOf = async function* (call: GateRequest, place: number): AsyncGenerator<string> {
		for (let index = 0; index <= PARTS; index += 1) yield `${JSON.stringify(await frameOf(call, place, index, index === PARTS))}\n`;
	};
	const answer: Answer = (call) => {
		const [place = "", ...choices] = call.at.split(" ");
		takeChoices(recording, choices.join(" "));
		const at = Number(place);
		const { grant, method, args } = call;
		const known = recording.calls.get(at);
		if (known === undefined) recording.calls.set(at, { grant, method, args, frames: [] });
		else if (known.method !== method || known.args !== args)
			diverged.push(`${at}: recorded ${known.method}${known.args}, asked ${method}${args}`);
		gate.onCall?.(at, call);
		return method.startsWith("stream") ? framesOf(call, at) : frameOf(call, at, 0, true).then((frame) => JSON.stringify(frame));
	};
	return { answer, diverged };
};
