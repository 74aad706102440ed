/*
 * C22 Denies it on the prototype
 * wall: boundary
 * ends: program_threw
 */
export default async () => {
	Object.defineProperty(Error.prototype, "remote", { get: () => false, set() {} });
	throw new Error("Worker exceeded CPU time limit.");
};
