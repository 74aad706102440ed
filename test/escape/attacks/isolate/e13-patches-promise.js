/*
 * E13 Patches Promise
 * wall: isolate
 * ends: returns 7
 */
export default async () => {
	const P = Promise;
	P.prototype.then = function () {
		return this;
	};
	globalThis.Promise = class {};
	P.resolve = () => 1;
	return 7;
};
