/*
 * E05 Writes to the namespaces of modules
 * wall: isolate
 * ends: returns ["TypeError","TypeError","TypeError","TypeError","TypeError"]
 */
import * as self from "./main.js";
export default () => {
	const said = [];
	for (const write of [
		() => {
			self["default"] = 1;
		},
		() => delete self["default"],
		() => Object.defineProperty(self, "default", { value: 1 }),
		() => Object.setPrototypeOf(self, {}),
		() => Object.defineProperty(self, "then", { value: (resolve) => resolve(1) }),
	]) {
		try {
			write();
			said.push("ESCAPED");
		} catch (error) {
			said.push(error.name);
		}
	}
	return said;
};
