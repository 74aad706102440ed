/*
 * A10 Waits for what can never come
 * wall: wall-time
 * ends: never_settled | wall_time_exceeded
 * limits: { "wallMs": 1500 }
 */
export default async () => {
	await new Promise(() => {});
};
