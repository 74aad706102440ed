/** An argument of a system call: a number, or the address of these bytes. */
export type CallArgument = number | bigint | Uint8Array;

/** A system call of x86_64 by its number. */
export interface Call {
	readonly number: number;
	readonly args: readonly CallArgument[];
}

const BASE = 0x40_0000n;
const HEADERS_BYTES = 64 + 56;
const RESULT_BYTES = 8;
/** `mov r64, imm64` into rax, and into the registers of a call's arguments: rdi, rsi, rdx, r10, r8, r9. `mov [address], rax`. */
const MOVE_TO_RAX = [0x48, 0xb8];
const MOVES_TO_ARGUMENTS = [
	[0x48, 0xbf],
	[0x48, 0xbe],
	[0x48, 0xba],
	[0x49, 0xba],
	[0x49, 0xb8],
	[0x49, 0xb9],
];
const STORE_RAX = [0x48, 0xa3];
const WIDE_BYTES = 10;
const SYSCALL = [0x0f, 0x05];
/** `int 0x80`: the same number, read as a call of i386. */
const I386_SYSCALL = [0xcd, 0x80];
const [WRITE, EXIT, OUTPUT] = [1, 60, 1];

/** An instruction with a 64-bit operand. */
const wide = (opcode: readonly number[], value: number | bigint): Uint8Array => {
	const bytes = new Uint8Array(WIDE_BYTES);
	bytes.set(opcode);
	new DataView(bytes.buffer).setBigUint64(2, BigInt.asUintN(64, BigInt(value)), true);
	return bytes;
};

/** ELF header (64-bit, little endian, executable, x86_64), and one program header: everything, readable, writable and executable. */
const headersFor = (bodyBytes: number): Buffer => {
	const headers = Buffer.alloc(HEADERS_BYTES);
	const total = BigInt(HEADERS_BYTES + bodyBytes);
	headers.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
	headers.writeUInt16LE(2, 16);
	headers.writeUInt16LE(0x3e, 18);
	headers.writeUInt32LE(1, 20);
	headers.writeBigUInt64LE(BASE + BigInt(HEADERS_BYTES), 24);
	headers.writeBigUInt64LE(64n, 32);
	headers.writeUInt16LE(64, 52);
	headers.writeUInt16LE(56, 54);
	headers.writeUInt16LE(1, 56);
	headers.writeUInt32LE(1, 64);
	headers.writeUInt32LE(7, 68);
	headers.writeBigUInt64LE(BASE, 80);
	headers.writeBigUInt64LE(BASE, 88);
	headers.writeBigUInt64LE(total, 96);
	headers.writeBigUInt64LE(total, 104);
	headers.writeBigUInt64LE(0x1000n, 112);
	return headers;
};

/**
 * A whole ELF program for x86_64, so that no machine needs a compiler: it makes the calls one after the other, writes what each gave (8 bytes, little endian)
 * to its output, and ends with 0.
 * @param gate `i386` makes them through the door of 32-bit programs.
 */
export const tinyProgram = (calls: readonly Call[], gate: "x86_64" | "i386" = "x86_64"): Uint8Array => {
	const instructions = calls.reduce((sum, { args }) => sum + 2 + args.length, 0);
	const endBytes = 4 * WIDE_BYTES + SYSCALL.length + 2 * WIDE_BYTES + SYSCALL.length;
	const codeBytes = instructions * WIDE_BYTES + calls.length * SYSCALL.length + endBytes;
	const resultsAt = BASE + BigInt(HEADERS_BYTES + codeBytes);
	const resultsBytes = calls.length * RESULT_BYTES;
	const data: Uint8Array[] = [new Uint8Array(resultsBytes)];
	let dataAt = resultsAt + BigInt(resultsBytes);
	const addressOf = (argument: CallArgument): number | bigint => {
		if (!(argument instanceof Uint8Array)) return argument;
		const at = dataAt;
		data.push(argument);
		dataAt += BigInt(argument.length);
		return at;
	};
	const call = (number: number, args: readonly CallArgument[], door: readonly number[]): readonly Uint8Array[] => [
		wide(MOVE_TO_RAX, number),
		...args.map((argument, index) => wide(MOVES_TO_ARGUMENTS[index] ?? [], addressOf(argument))),
		Buffer.from(door),
	];
	const code = Buffer.concat([
		...calls.flatMap(({ number, args }, index) => [
			...call(number, args, gate === "i386" ? I386_SYSCALL : SYSCALL),
			wide(STORE_RAX, resultsAt + BigInt(index * RESULT_BYTES)),
		]),
		...call(WRITE, [OUTPUT, resultsAt, resultsBytes], SYSCALL),
		...call(EXIT, [0], SYSCALL),
	]);
	if (code.length !== codeBytes) throw new Error(`Making a tiny program: ${code.length} bytes of code, wanted ${codeBytes}.`);
	const body = Buffer.concat([code, ...data]);
	return Buffer.concat([headersFor(body.length), body]);
};

/** What each call gave, from the program's output: errno, or 0 when it succeeded. */
export const errnosOf = (output: Uint8Array): readonly number[] => {
	const view = new DataView(output.buffer, output.byteOffset, output.byteLength);
	return Array.from({ length: Math.floor(output.byteLength / RESULT_BYTES) }, (_, index) => {
		const result = Number(view.getBigInt64(index * RESULT_BYTES, true));
		return result < 0 ? -result : 0;
	});
};

/** A path as the kernel reads it. */
export const zeroTerminated = (text: string): Uint8Array => Buffer.from(`${text}\0`);
