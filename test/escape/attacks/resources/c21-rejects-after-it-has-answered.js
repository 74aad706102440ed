/*
 * C21 Answers, and rejects a thousand promises right after
 * wall: boundary
 * ends: returns "answered"
 */
export default async () => {
	setTimeout(() => {
		for (let i = 0; i < 1_000; i += 1) Promise.reject(new Error("late"));
	}, 0);
	return "answered";
};
