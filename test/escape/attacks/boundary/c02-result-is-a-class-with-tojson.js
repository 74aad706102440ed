/*
 * C02 Returns objects that say with toJSON, toString and valueOf what they want to be
 * wall: boundary
 * ends: returns [{"a":1},0]
 */
export default () => {
	let called = 0;
	const lie = () => {
		called += 1;
		return "ESCAPED";
	};
	Object.prototype.toJSON = lie;
	Array.prototype.toJSON = lie;
	String.prototype.toJSON = lie;
	Object.defineProperty(Object.prototype, Symbol.toPrimitive, { value: lie });
	const result = [{ a: 1 }];
	Object.defineProperty(result, 1, { enumerable: true, get: () => called });
	return result;
};
