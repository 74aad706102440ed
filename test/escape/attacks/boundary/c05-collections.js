/*
 * C05 Returns Maps, Sets and bytes of every kind, which must not become empty objects
 * wall: boundary
 * ends: returns {"map":{"$map":[["a",{"$set":[1,{"$undefined":true}]}]]},"bytes":[{"$bytes":"AQI=","as":"Uint8Array"},{"$bytes":"AQI=","as":"ArrayBuffer"},{"$bytes":"AQI=","as":"DataView"},{"$bytes":"AAAAAAAA+H8=","as":"Float64Array"},{"$bytes":"AgA=","as":"Uint8Array"}]}
 */
export default () => {
	const bytes = new Uint8Array([1, 2]);
	const view = new Uint8Array(new Uint8Array([9, 2, 0, 9]).buffer, 1, 2);
	return {
		map: new Map([["a", new Set([1, undefined])]]),
		bytes: [bytes, bytes.buffer, new DataView(bytes.buffer), new Float64Array([Number.NaN]), view],
	};
};
