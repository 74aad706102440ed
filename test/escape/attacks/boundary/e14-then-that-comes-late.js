/*
 * E14 Gives its result a then after it has returned it, by microtask, getter and timer
 * wall: boundary
 * ends: contained
 */
export default () => {
	const result = { a: { b: 1 } };
	const late = () => {
		result.then = (resolve) => resolve("late");
		result.a.then = (resolve) => resolve("late");
	};
	queueMicrotask(late);
	setTimeout(late, 0);
	Object.defineProperty(result, "c", { enumerable: true, get: () => void late() });
	return result;
};
