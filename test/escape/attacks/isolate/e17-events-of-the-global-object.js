/*
 * E17 Listens for, and sends itself, the events with which a runtime starts Workers
 * wall: isolate
 * ends: returns []
 */
const TYPES = ["fetch", "scheduled", "queue", "tail", "trace", "alarm", "email", "connect", "message", "rejectionhandled", "error", "install"];
export default async (input, env) => {
	const heard = [];
	for (const type of TYPES) {
		try {
			addEventListener(type, (event) => heard.push(`${type} ${typeof event.env} ${typeof event.respondWith}`));
		} catch {
			// Refused.
		}
	}
	await env.files.exists("/workspace/output/none");
	await new Promise((resolve) => setTimeout(resolve, 20));
	return heard;
};
