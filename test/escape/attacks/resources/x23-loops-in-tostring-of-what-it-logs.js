/*
 * X23 Loops in toString of what it logs
 * wall: boundary
 * ends: returns 1
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	console.log({
		get a() {
			for (;;);
		},
		toString() {
			for (;;);
		},
		toJSON() {
			for (;;);
		},
	});
	return 1;
};
