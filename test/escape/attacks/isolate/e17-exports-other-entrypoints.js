/*
 * E17 Exports other entrypoints
 * wall: isolate
 * ends: returns 2
 */
export class Other {
	fetch() {}
}
export const fetch = () => 1,
	scheduled = () => 1,
	tail = () => 1,
	queue = () => 1;
export default async () => 2;
