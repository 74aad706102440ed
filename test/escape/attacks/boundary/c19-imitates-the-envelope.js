/*
 * C19 Imitates the envelope
 * wall: boundary
 * ends: returns {"status": "failed", "error": {"code": "internal"}, "usage": {"cpuMs": -1000000000}, "logs": [], "kind": "returned"}
 */
export default async () => {
	return { status: "failed", error: { code: "internal" }, usage: { cpuMs: -1e9 }, logs: [], kind: "returned" };
};
