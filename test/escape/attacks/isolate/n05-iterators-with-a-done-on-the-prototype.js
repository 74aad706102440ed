/*
 * N05 Puts a `done` setter on the prototype and walks, changes and drops what the runtime iterates
 * wall: isolate
 * ends: contained
 */
export default () => {
	const said = [];
	const makers = [
		() => new URLSearchParams("a=1&b=2&c=3"),
		() => new Headers([["a", "1"], ["b", "2"]]),
		() => {
			const form = new FormData();
			form.append("a", "1");
			form.append("b", "2");
			return form;
		},
	];
	for (const make of makers) {
		let holder = make();
		Object.defineProperty(Object.prototype, "done", {
			configurable: true,
			get: () => undefined,
			set() {
				holder?.delete("a");
				holder?.append("z", "9");
				holder = null;
			},
		});
		try {
			const iterator = holder.entries();
			let steps = 0;
			for (let step = iterator.next(); step.done !== true && steps < 100; step = iterator.next()) steps += 1;
			said.push(steps);
		} catch (error) {
			said.push(error.name);
		}
		delete Object.prototype.done;
	}
	return said;
};
