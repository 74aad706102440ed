/** A classic BPF program for seccomp(2), instruction by instruction; `struct sock_filter` of linux/filter.h, `struct seccomp_data` of linux/seccomp.h. */
export interface Instruction {
	readonly code: number;
	/** Instructions to skip when the condition holds, and when it does not: at most 255. */
	readonly whenTrue: number;
	readonly whenFalse: number;
	readonly operand: number;
}

/** Where `struct seccomp_data` has the call's number and the architecture, bytes from its start. */
export const NUMBER_OFFSET = 0;
export const ARCHITECTURE_OFFSET = 4;
/** The same of an argument's halves, on machines with the low half first. */
export const lowHalf = (argument: number): number => 16 + 8 * argument;
export const highHalf = (argument: number): number => lowHalf(argument) + 4;

const INSTRUCTION_BYTES = 8;
/** BPF_LD | BPF_W | BPF_ABS, BPF_ALU | BPF_AND | BPF_K, BPF_JMP | BPF_JEQ | BPF_K, BPF_JMP | BPF_JGE | BPF_K, BPF_RET | BPF_K. */
const [LOAD, AND, EQUAL, AT_LEAST, RETURN] = [0x20, 0x54, 0x15, 0x35, 0x06];

const plain = (code: number, operand: number): Instruction => ({ code, operand, whenTrue: 0, whenFalse: 0 });

/** Loads a word of `struct seccomp_data`. */
export const load = (offset: number): Instruction => plain(LOAD, offset);
export const and = (mask: number): Instruction => plain(AND, mask);
export const answer = (action: number): Instruction => plain(RETURN, action);
export const skipWhenEqual = (value: number, whenTrue: number, whenFalse: number): Instruction => ({
	code: EQUAL,
	operand: value,
	whenTrue,
	whenFalse,
});
export const skipWhenAtLeast = (value: number, whenTrue: number, whenFalse: number): Instruction => ({
	code: AT_LEAST,
	operand: value,
	whenTrue,
	whenFalse,
});

/** The program as the kernel reads it, on machines with the low byte first. */
export const encodeProgram = (instructions: readonly Instruction[]): Uint8Array<ArrayBuffer> => {
	const bytes = new Uint8Array(instructions.length * INSTRUCTION_BYTES);
	const view = new DataView(bytes.buffer);
	instructions.forEach(({ code, whenTrue, whenFalse, operand }, index) => {
		const at = index * INSTRUCTION_BYTES;
		view.setUint16(at, code, true);
		view.setUint8(at + 2, whenTrue);
		view.setUint8(at + 3, whenFalse);
		view.setUint32(at + 4, operand, true);
	});
	return bytes;
};
