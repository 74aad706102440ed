/*
 * C04 Returns numbers, holes and dates that JSON would lose without a word
 * wall: boundary
 * ends: returns [{"$number":"NaN"},{"$number":"-0"},{"$undefined":true},{"$number":"Infinity"},{"$date":null},{"$undefined":true},{"a":1},5e-324,1.7976931348623157e+308]
 */
export default () => {
	const holes = [Number.NaN, -0, undefined, Number.POSITIVE_INFINITY, new Date(Number.NaN)];
	holes.length = 6;
	return [...holes, { a: 1, gone: undefined }, Number.MIN_VALUE, Number.MAX_VALUE];
};
