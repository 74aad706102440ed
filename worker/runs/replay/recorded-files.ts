import { base64ToBytes } from "../../../contract/base64.ts";
import { Refusal } from "../../../contract/errors.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { Recording } from "../../agents/recording.ts";

/** The input files of a recorded run. @throws Refusal `conflict` when they were too large to be kept */
export const recordedFiles = ({ inputs, run }: Recording, action: string): { path: string; bytes: Uint8Array }[] => {
	if (inputs === null) {
		const message = `${action}: the input files of ${run.id} are larger than the ${LIMITS.recordedInputBytes} bytes that a recording keeps, wanted smaller ones`;
		throw new Refusal("conflict", message);
	}
	return inputs.map(({ path, bytes }) => ({ path, bytes: base64ToBytes(bytes) }));
};
