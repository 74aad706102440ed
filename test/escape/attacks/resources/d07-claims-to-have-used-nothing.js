/*
 * D07 Claims in its result, its log and its error to have used less than nothing
 * wall: ledger
 * ends: program_threw
 */
export default async () => {
	const usage = { cpuMs: -1e9, wallMs: -1e9, calls: -5, tokens: Number.NaN, egressBytes: -1, usdMicros: -1e15 };
	console.log({ usage });
	throw Object.assign(new Error("done"), { usage, status: "succeeded", code: "none", remote: false });
};
