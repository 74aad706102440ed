/*
 * F04 Leaves timers and streams behind
 * wall: neighbours
 * ends: contained
 */
export default async () => {
	for (let i = 0; i < 100; i++)
		setInterval(() => {
			for (let j = 0; j < 1e5; j++);
		}, 1);
	new ReadableStream({
		async pull(c) {
			c.enqueue(1);
		},
	})
		.pipeTo(new WritableStream())
		.catch(() => {});
	return 1;
};
