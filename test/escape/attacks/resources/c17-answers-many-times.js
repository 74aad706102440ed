/*
 * C17 Resolves its answer again and again with other values
 * wall: boundary
 * ends: returns 1
 */
export default () => new Promise((resolve, reject) => {
	resolve(1);
	resolve(2);
	reject(new Error("3"));
	resolve({ then: () => {} });
});
