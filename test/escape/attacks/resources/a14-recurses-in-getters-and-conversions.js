/*
 * A14 Recurses in getters, conversions and traps until the stack is full, for ever
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const getter = { get self() { return this.self; } };
	const text = { toString() { return `${this}`; } };
	const number = { valueOf() { return +this; } };
	const trap = new Proxy({}, { get: (_, name, self) => self[name], has: (_, name) => name in trap });
	const kind = { [Symbol.hasInstance]: (value) => value instanceof kind };
	for (;;) {
		for (const fall of [() => getter.self, () => `${text}`, () => +number, () => trap.a, () => "a" in trap, () => 1 instanceof kind]) {
			try {
				fall();
			} catch {}
		}
	}
};
