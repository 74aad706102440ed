/*
 * C17 Returns a thenable
 * wall: boundary
 * ends: returns 5
 */
export default async () => {
	return {
		then(resolve) {
			resolve({
				then(next) {
					next(5);
				},
			});
		},
	};
};
