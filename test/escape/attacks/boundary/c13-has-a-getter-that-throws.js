/*
 * C13 Has a getter that throws
 * wall: boundary
 * ends: result_not_serializable
 */
export default async () => {
	return {
		a: {
			get b() {
				throw new Error("boo");
			},
		},
	};
};
