/*
 * C13 Returns a Set and a Map that grow with each of their items that is read
 * wall: boundary
 * ends: result_too_large
 */
export default () => {
	const set = new Set();
	const grow = () =>
		set.add({
			get next() {
				grow();
				return 1;
			},
		});
	grow();
	return set;
};
