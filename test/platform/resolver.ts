import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { Rebinding } from "./rebinding-names.ts";

const TYPES = { A: 1, CNAME: 5, AAAA: 28 } as const;
const HEADER_BYTES = 12;

/** A DNS server (RFC 1035) on 127.0.0.1:53 that answers for its own names alone, each answer with a time to live of zero. */
export const startResolver = async (names: readonly Rebinding[]): Promise<Socket> => {
	const byLabel = new Map(names.map((name) => [name.label, name]));
	const asked = new Map<string, number>();
	const socket = createSocket("udp4");
	socket.on("message", (question, from) => {
		const { labels, type, end } = readQuestion(question);
		const name = byLabel.get(labels[0] ?? "");
		// Questions for both families are one look-up: each family counts its own.
		const place = `${labels[0]} ${type}`;
		const nth = asked.get(place) ?? 0;
		asked.set(place, nth + 1);
		const addresses = name?.answers[Math.min(nth, name.answers.length - 1)] ?? [];
		const records = addresses.filter((address) => (type === TYPES.AAAA) === isIPv6(address) && (type === TYPES.A || type === TYPES.AAAA));
		socket.send(answer(question.subarray(0, end), records, name), from.port, from.address);
	});
	await new Promise<void>((resolve, reject) => socket.once("error", reject).bind(53, "127.0.0.1", resolve));
	return socket;
};

const readQuestion = (message: Buffer): { labels: string[]; type: number; end: number } => {
	const labels: string[] = [];
	let at = HEADER_BYTES;
	for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
		labels.push(message.toString("latin1", at + 1, at + 1 + length).toLowerCase());
		at += length + 1;
	}
	return { labels, type: message.readUInt16BE(at + 1), end: at + 5 };
};

const answer = (question: Buffer, addresses: readonly string[], name: Rebinding | undefined): Buffer => {
	const header = Buffer.from(question.subarray(0, HEADER_BYTES));
	const alias = name?.alias;
	// An answer, authoritative, recursion available; 3: no such name.
	header.writeUInt16BE(0x8580 | (name === undefined ? 3 : 0), 2);
	header.writeUInt16BE(addresses.length + (alias === undefined ? 0 : 1), 6);
	header.writeUInt32BE(0, 8);
	const records = addresses.map((address) => record(alias ?? null, isIPv6(address) ? TYPES.AAAA : TYPES.A, addressBytes(address)));
	const aliases = alias === undefined ? [] : [record(null, TYPES.CNAME, nameBytes(alias))];
	return Buffer.concat([header, question.subarray(HEADER_BYTES), ...aliases, ...records]);
};

/** @param owner null: the name that was asked for. */
const record = (owner: string | null, type: number, data: Buffer): Buffer => {
	const fixed = Buffer.alloc(10);
	fixed.writeUInt16BE(type, 0);
	fixed.writeUInt16BE(1, 2);
	fixed.writeUInt16BE(data.length, 8);
	return Buffer.concat([owner === null ? Buffer.from([0xc0, HEADER_BYTES]) : nameBytes(owner), fixed, data]);
};

const nameBytes = (name: string): Buffer =>
	Buffer.concat([
		...name.split(".").map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, "latin1")),
		Buffer.from([0]),
	]);

const addressBytes = (address: string): Buffer => {
	if (!isIPv6(address)) return Buffer.from(address.split(".").map(Number));
	// The URL parser writes every form of an IPv6 address as hexadecimal groups.
	const text = new URL(`http://[${address}]/`).hostname.slice(1, -1);
	const [before = "", after = ""] = text.split("::");
	const groups = (part: string): number[] => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)));
	const [head, tail] = [groups(before), text.includes("::") ? groups(after) : []];
	const all = [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
	return Buffer.from(all.flatMap((group) => [group >> 8, group & 255]));
};
