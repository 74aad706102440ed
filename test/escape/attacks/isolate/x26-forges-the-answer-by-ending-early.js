/*
 * X26 Forges the answer by ending early
 * wall: isolate
 * ends: returns "mine"
 */
export default async () => {
	Promise.prototype.then = function (a) {
		a?.('{"outcome":{"kind":"returned","result":"forged"},"logs":[],"logsDropped":0}');
		return this;
	};
	await null;
	return "mine";
};
