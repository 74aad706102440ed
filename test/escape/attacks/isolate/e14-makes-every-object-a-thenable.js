/*
 * E14 Makes every object a thenable
 * wall: isolate
 * ends: returns 1
 */
export default async () => {
	Object.prototype.then = function (resolve) {
		resolve("forged");
	};
	return 1;
};
