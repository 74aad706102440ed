import { LIMITS } from "../../contract/limits.ts";
import type { Env } from "../env.ts";
import { equalInConstantTime, hashKeyValue } from "./key-value.ts";

/** Whether a value is `ADMIN_TOKEN`. Without one, or with one shorter than LIMITS.adminTokenChars, nobody is the operator. */
export const isOperator = async (env: Pick<Env, "ADMIN_TOKEN">, value: string): Promise<boolean> => {
	const token = env.ADMIN_TOKEN ?? "";
	// Hashes have one length, whatever the lengths of the texts.
	const equal = equalInConstantTime(await hashKeyValue(value), await hashKeyValue(token));
	return equal && token.length >= LIMITS.adminTokenChars;
};
