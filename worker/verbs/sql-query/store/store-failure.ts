import type { ErrorCode } from "../../../../contract/errors.ts";

/** A query that failed; the message is ready to be shown to the program. */
export interface StoreFailure {
	readonly kind: "failed";
	readonly code: ErrorCode;
	readonly message: string;
}

export const storeFailure = (code: ErrorCode, message: string): StoreFailure => ({ kind: "failed", code, message });
