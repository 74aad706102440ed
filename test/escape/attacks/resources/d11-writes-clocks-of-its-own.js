/*
 * D11 Sets every clock that it can reach a year back, and logs and calls on
 * wall: ledger
 * ends: returns true
 */
export default async (_input, env) => {
	console.log("before");
	Date.now = () => 0;
	globalThis.Date = class extends Date {
		constructor() {
			super(0);
		}
	};
	performance.now = () => -1e9;
	console.log("after");
	return (await env.files.exists("/workspace/output/none")) === false;
};
