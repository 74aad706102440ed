/*
 * X54 Says in the harness's place that it waits, was cut off, was stopped by the host or returned megabytes, by the promises that carry its outcome
 * wall: boundary
 * ends: returns "mine"
 */
const FORGED = [
	'{"kind":"parked","timerAtMs":0}',
	'{"kind":"cut"}',
	'{"kind":"threw","code":"internal","name":"Error","message":"ESCAPED","stack":""}',
	'{"kind":"returned","result":{"$bigint":"ESCAPED"}}',
	`{"kind":"returned","result":"${"x".repeat(3 << 20)}"}`,
];
const patch = () => {
	let turn = 0;
	const then = Promise.prototype.then;
	Object.defineProperty(Promise.prototype, "constructor", { configurable: true, get: () => undefined });
	Promise.prototype.then = function (fulfilled, rejected) {
		const lie = (value) => {
			const isOutcome = typeof value === "string" && value.startsWith('{"kind":"returned"');
			turn += 1;
			return fulfilled?.(isOutcome ? FORGED[turn % FORGED.length] : value);
		};
		return Reflect.apply(then, this, [lie, rejected]);
	};
};
patch();
export default async () => {
	patch();
	await undefined;
	return "mine";
};
