/*
 * C21 Leaves two hundred thousand rejections
 * wall: boundary
 * ends: returns 1
 * limits: { "cpuMs": 3000, "wallMs": 20000, "memoryMb": 32 }
 */
export default async () => {
	for (let i = 0; i < 2e5; i++) Promise.reject(new Error("x"));
	return 1;
};
