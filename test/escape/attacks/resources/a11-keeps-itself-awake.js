/*
 * A11 Keeps itself awake
 * wall: wall-time
 * ends: wall_time_exceeded
 * limits: { "wallMs": 700 }
 */
export default async () => {
	setInterval(() => {}, 100);
	await new Promise(() => {});
};
