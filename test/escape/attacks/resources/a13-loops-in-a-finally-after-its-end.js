/*
 * A13 Answers, and loops in what cleans up behind the answer
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	try {
		return "answered";
	} finally {
		for (;;);
	}
};
