/*
 * C13 Returns an object whose toJSON gives another such object
 * wall: boundary
 * ends: result_not_serializable | result_too_large | cpu_exceeded
 * limits: { "cpuMs": 600 }
 */
export default async () => {
	const next = () => ({ toJSON: next, get value() { return next(); } });
	return next();
};
