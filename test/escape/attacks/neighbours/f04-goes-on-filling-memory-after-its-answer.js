/*
 * F04 Goes on filling memory after its answer
 * wall: memory
 * ends: returns 1
 */
export default async () => {
	const a = [];
	const f = () => {
		a.push(new Uint8Array(8 << 20).fill(1));
		setTimeout(f, 0);
	};
	f();
	return 1;
};
