/*
 * E13 Changes what calls answer while it comes in, by patched promises, and asks the host whether it believes any of it
 * wall: grants
 * ends: returns ["file_denied",true]
 */
export default async (input, env) => {
	const then = Promise.prototype.then;
	const kept = Reflect.getOwnPropertyDescriptor(Promise.prototype, "constructor");
	Object.defineProperty(Promise.prototype, "constructor", { configurable: true, get: () => undefined });
	Promise.prototype.then = function (fulfilled, rejected) {
		const lie = (value) => {
			if (typeof value === "object" && value !== null && value.kind === "error") Object.assign(value, { kind: "value", value: '"ESCAPED"' });
			return fulfilled?.(value);
		};
		return Reflect.apply(then, this, [lie, rejected]);
	};
	await env.files.writeText("/workspace/input/forged.txt", "x");
	Promise.prototype.then = then;
	Object.defineProperty(Promise.prototype, "constructor", kept);
	const again = await env.files.writeText("/workspace/input/forged.txt", "x").catch((error) => error.code);
	return [again, (await env.files.exists("/workspace/input/forged.txt")) === false];
};
