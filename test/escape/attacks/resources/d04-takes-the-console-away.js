/*
 * D04 Takes the console away
 * wall: ledger
 * ends: returns 1
 */
export default async () => {
	globalThis.console = new Proxy(
		{},
		{
			get() {
				throw 1;
			},
		},
	);
	delete globalThis.console;
	return 1;
};
