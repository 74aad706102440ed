/*
 * E12 Plays TypeScript tricks
 * wall: isolate
 * ends: returns [1]
 */
/// <reference path="/etc/passwd" />
enum A {
	B = 1,
}
namespace N {
	export const x = 1;
}
export default async () => [A.B];
