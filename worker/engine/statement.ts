import type { SqliteModule } from "@journeyapps/wa-sqlite/dist/wa-sqlite.mjs";
import { RESULT, TRANSIENT, TYPE, VM_STEPS } from "./sqlite-codes.ts";

const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });
const encoder = new TextEncoder();

/** Operations that open a tree of a file; the others open what the statement itself makes. */
const OPENING: ReadonlySet<string> = new Set(["OpenRead", "OpenWrite", "ReopenIdx"]);

/** What a statement's parameter may be. */
export type SqlValue = null | number | string | boolean | bigint | Uint8Array;

/** A compiled statement. Its owner finalizes it. */
export class Statement {
	readonly #module: SqliteModule;
	readonly #handle: number;
	readonly #check: (rc: number) => void;

	constructor(module: SqliteModule, handle: number, check: (rc: number) => void) {
		this.#module = module;
		this.#handle = handle;
		this.#check = check;
	}

	get readonly(): boolean {
		return this.#module._sqlite3_stmt_readonly(this.#handle) !== 0;
	}

	get explains(): boolean {
		return this.#module._sqlite3_stmt_isexplain(this.#handle) !== 0;
	}

	/** Steps of the virtual machine so far. */
	get steps(): number {
		return this.#module._sqlite3_stmt_status(this.#handle, VM_STEPS, 0);
	}

	/** The trees that the compiled statement opens, by the index of their database and their root page: what it can touch, whatever its text says. */
	opens(): { database: number; root: number }[] {
		const trees: { database: number; root: number }[] = [];
		this.#check(this.#module._sqlite3_stmt_explain(this.#handle, 1));
		while (this.step()) {
			if (!OPENING.has(String(this.value(1)))) continue;
			trees.push({ root: Number(this.value(3)), database: Number(this.value(4)) });
		}
		this.reset();
		this.#check(this.#module._sqlite3_stmt_explain(this.#handle, 0));
		this.#module._sqlite3_stmt_status(this.#handle, VM_STEPS, 1);
		return trees;
	}

	get columns(): string[] {
		return Array.from({ length: this.#module._sqlite3_column_count(this.#handle) }, (_, column) =>
			this.#module.UTF8ToString(this.#module._sqlite3_column_name(this.#handle, column)),
		);
	}

	/** Names of the parameters with their sign, by position; an empty name for `?`. */
	get parameters(): string[] {
		return Array.from({ length: this.#module._sqlite3_bind_parameter_count(this.#handle) }, (_, index) => {
			const name = this.#module._sqlite3_bind_parameter_name(this.#handle, index + 1);
			return name === 0 ? "" : this.#module.UTF8ToString(name);
		});
	}

	/** Binds the parameter at a position, from 1. Whole numbers are integers. @throws SqliteError when it is too big */
	bind(position: number, value: SqlValue): void {
		this.#check(this.#bind(position, value));
	}

	/** @returns whether there is a row. @throws SqliteError */
	step(): boolean {
		const rc = this.#module._sqlite3_step(this.#handle);
		if (rc === RESULT.row) return true;
		if (rc === RESULT.done) return false;
		this.#check(rc);
		return false;
	}

	/** Makes it ready to be run again, with its parameters as they are. */
	reset(): void {
		this.#module._sqlite3_reset(this.#handle);
	}

	row(): SqlValue[] {
		return Array.from({ length: this.#module._sqlite3_column_count(this.#handle) }, (_, column) => this.value(column));
	}

	/** Integers beyond 2^53 are BigInts. */
	value(column: number): SqlValue {
		const module = this.#module;
		switch (module._sqlite3_column_type(this.#handle, column)) {
			case TYPE.integer: {
				const low = module._sqlite3_column_int64(this.#handle, column) >>> 0;
				const high = module.getTempRet0() | 0;
				if (high >= -0x20_0000 && high < 0x20_0000) {
					const whole = high * 0x1_0000_0000 + low;
					if (Number.isSafeInteger(whole)) return whole;
				}
				return (BigInt(high) << 32n) | BigInt(low);
			}
			case TYPE.float:
				return module._sqlite3_column_double(this.#handle, column);
			case TYPE.text: {
				const pointer = module._sqlite3_column_text(this.#handle, column);
				const bytes = module._sqlite3_column_bytes(this.#handle, column);
				return decoder.decode(module.HEAPU8.subarray(pointer, pointer + bytes));
			}
			case TYPE.blob: {
				const pointer = module._sqlite3_column_blob(this.#handle, column);
				return module.HEAPU8.slice(pointer, pointer + module._sqlite3_column_bytes(this.#handle, column));
			}
			default:
				return null;
		}
	}

	finalize(): void {
		this.#module._sqlite3_finalize(this.#handle);
	}

	#bind(position: number, value: SqlValue): number {
		const module = this.#module;
		if (value === null) return module._sqlite3_bind_null(this.#handle, position);
		if (typeof value === "boolean") return this.#integer(position, value ? 1n : 0n);
		if (typeof value === "bigint") return this.#integer(position, value);
		if (typeof value === "number") {
			if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
				const high = Math.floor(value / 0x1_0000_0000);
				return module._sqlite3_bind_int64(this.#handle, position, (value - high * 0x1_0000_0000) | 0, high);
			}
			return module._sqlite3_bind_double(this.#handle, position, value);
		}
		return typeof value === "string" ? this.#bytes(position, encoder.encode(value), true) : this.#bytes(position, value, false);
	}

	#integer(position: number, value: bigint): number {
		return this.#module._sqlite3_bind_int64(
			this.#handle,
			position,
			Number(BigInt.asIntN(32, value)),
			Number(BigInt.asIntN(32, value >> 32n)),
		);
	}

	#bytes(position: number, bytes: Uint8Array, text: boolean): number {
		const module = this.#module;
		const pointer = module._sqlite3_malloc(bytes.length + 1);
		if (pointer === 0) return RESULT.noMemory;
		module.HEAPU8.set(bytes, pointer);
		const bind = text ? module._sqlite3_bind_text : module._sqlite3_bind_blob;
		const rc = bind(this.#handle, position, pointer, bytes.length, TRANSIENT);
		module._sqlite3_free(pointer);
		return rc;
	}
}
