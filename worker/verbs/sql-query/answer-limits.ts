import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { COMMON_LIMITS } from "../common-grant.ts";

/** Fields of `limits` of every grant of `sql.query`, on a dataset and on a store alike. */
export const ANSWER_LIMITS = {
	...COMMON_LIMITS,
	rows: z.int().min(1).max(LIMITS.sqlRows.max).optional().describe(`most rows of an answer; left out: ${LIMITS.sqlRows.default}`),
	bytes: z
		.int()
		.min(2)
		.max(LIMITS.sqlAnswerBytes.max)
		.optional()
		.describe(`most bytes of an answer as JSON; left out: ${LIMITS.sqlAnswerBytes.default}`),
	wallMs: z
		.int()
		.min(1)
		.max(LIMITS.sqlWallMs.max)
		.optional()
		.describe(`longest statement, milliseconds; left out: ${LIMITS.sqlWallMs.default}`),
};
