/*
 * F04 Goes on looping after its answer
 * wall: cpu
 * ends: returns 1
 */
export default async () => {
	setTimeout(() => {
		for (;;);
	}, 1);
	return 1;
};
