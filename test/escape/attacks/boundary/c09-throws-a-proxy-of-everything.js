/*
 * C09 Throws a proxy of everything
 * wall: boundary
 * ends: program_threw
 */
export default async () => {
	const h = new Proxy(
		{},
		{
			get: () => () => {
				throw new Proxy({}, h);
			},
		},
	);
	throw new Proxy(new Error("x"), h);
};
