/*
 * C22 Throws errors with the codes that only the platform gives
 * wall: boundary
 * ends: program_threw
 */
export default async () => {
	throw Object.assign(new Error("Executing the run: the executor was lost"), { code: "executor_lost", name: "Refusal", hint: "internal", status: 500, retryable: true });
};
