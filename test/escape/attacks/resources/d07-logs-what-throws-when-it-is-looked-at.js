/*
 * D07 Logs what throws when it is looked at
 * wall: ledger
 * ends: returns 1
 */
export default async () => {
	console.log(
		new Proxy(
			{},
			{
				get() {
					throw 1;
				},
				ownKeys() {
					throw 2;
				},
				getPrototypeOf() {
					throw 3;
				},
			},
		),
	);
	return 1;
};
