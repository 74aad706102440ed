/*
 * E12 Runs code in decorators, computed names and enums, which the stripper must neither run nor lose
 * wall: isolate
 * ends: contained
 */
const log: string[] = [];
enum Level {
	Low = 1,
	High = "ab".length,
}
namespace Inner {
	export const at = () => log.length;
}
class Account {
	constructor(private readonly name: string) {}
	say(): string {
		return this.name;
	}
}
export default async () => [Level.High, Inner.at(), new Account("x").say()];
