/*
 * A10 Waits for a service that never answers
 * wall: wall-time
 * ends: wall_time_exceeded
 * limits: { "cpuMs": 300, "wallMs": 1000 }
 */
export default async (input, env) => {
	const answer = await env.web.fetch(`http://${input.upstream}/silent`);
	return answer.status;
};
