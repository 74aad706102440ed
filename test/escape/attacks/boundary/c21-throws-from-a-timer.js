/*
 * C21 Throws from a timer
 * wall: boundary
 * ends: returns 1
 */
export default async () => {
	setTimeout(() => {
		throw new Error("late");
	}, 10);
	await new Promise((r) => setTimeout(r, 50));
	return 1;
};
