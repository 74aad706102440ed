/*
 * C17 Returns a thenable that never ends
 * wall: boundary
 * ends: cpu_exceeded
 */
export default async () => {
	const t = {
		then(resolve) {
			queueMicrotask(() => resolve(t));
		},
	};
	return t;
};
