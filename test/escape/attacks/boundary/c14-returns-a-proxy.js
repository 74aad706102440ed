/*
 * C14 Returns a proxy
 * wall: boundary
 * ends: result_not_serializable
 */
export default async () => {
	return new Proxy(
		{},
		{
			ownKeys: () => {
				throw 1;
			},
		},
	);
};
