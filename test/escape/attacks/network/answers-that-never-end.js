/*
 * X09 Waits for answers that never come and never end, longer than it may live
 * wall: wall-time
 * ends: wall_time_exceeded
 * limits: { "wallMs": 1200 }
 */
export default async (input, env) => {
	await Promise.all([env.web.fetch(`http://${input.upstream}/silent`).catch(() => 0), env.web.fetch(`http://${input.upstream}/drip`).then((r) => r.text())]);
	return "ESCAPED";
};
