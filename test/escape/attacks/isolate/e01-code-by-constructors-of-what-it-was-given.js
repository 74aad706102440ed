/*
 * E01 Makes code with the constructors of everything that it was given
 * wall: isolate
 * ends: returns ["EvalError"]
 */
export default async (input, env) => {
	const refused = await env.files.readText("/nowhere").catch((error) => error);
	const given = [env.files.readText, console.log, fetch, setTimeout, Date, URL, Response, crypto.randomUUID, refused.constructor, refused];
	given.push(Object.getOwnPropertyDescriptor(URL.prototype, "href").get, (await import("./main.js")).default, input.constructor);
	const said = new Set();
	for (const value of given) {
		for (let at = value, steps = 0; typeof at?.constructor === "function" && steps < 4; at = at.constructor, steps += 1) {
			if (!/Function$/.test(at.constructor.name)) continue;
			for (const make of [() => at.constructor("return 1")(), () => Reflect.construct(at.constructor, ["return 1"])()]) {
				try {
					said.add(`ESCAPED ${await make()}`);
				} catch (error) {
					said.add(error.name);
				}
			}
		}
	}
	return [...said];
};
