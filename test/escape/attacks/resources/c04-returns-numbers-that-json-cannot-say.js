/*
 * C04 Returns numbers that JSON cannot say
 * wall: boundary
 * ends: returns [{"$number": "NaN"}, {"$number": "-0"}, {"$undefined": true}, {"$number": "Infinity"}, 9007199254740994, 5e-324]
 */
export default async () => [Number.NaN, -0, undefined, Number.POSITIVE_INFINITY, 2 ** 53 + 2, 5e-324];
