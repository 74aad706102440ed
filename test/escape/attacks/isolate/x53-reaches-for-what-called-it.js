/*
 * X53 Reaches for what called it: callers, arguments, receivers, generators that are still running
 * wall: isolate
 * ends: returns ["TypeError","TypeError","TypeError","undefined"]
 */
export default async function main() {
	const said = [];
	for (const reach of [() => main.caller, () => main.arguments, () => Object.getOwnPropertyDescriptor(Function.prototype, "caller").get.call(main)]) {
		try {
			said.push(`ESCAPED ${typeof reach()}`);
		} catch (error) {
			said.push(error.name);
		}
	}
	said.push(typeof this);
	return said;
}
