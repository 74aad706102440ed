/*
 * C21 Leaves rejections behind whose values trap, loop and throw when they are looked at
 * wall: boundary
 * ends: returns 1
 */
export default () => {
	const trap = () => {
		throw new Proxy({}, { get: trap });
	};
	for (let step = 0; step < 100; step += 1) {
		Promise.reject(new Proxy({}, { get: trap, getPrototypeOf: trap, ownKeys: trap }));
		Promise.reject(Object.defineProperty(new Error("x"), "stack", { get: trap }));
		Promise.reject({ toString: trap, [Symbol.toPrimitive]: trap });
	}
	addEventListener("unhandledrejection", (event) => {
		throw event;
	});
	return 1;
};
