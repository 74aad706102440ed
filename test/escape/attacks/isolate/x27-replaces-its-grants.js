/*
 * X27 Replaces its grants
 * wall: isolate
 * ends: returns ["TypeError", "TypeError", "TypeError", "TypeError", "TypeError"]
 */
export default async (_input, env) => {
	"use strict";
	const got = [];
	for (const f of [
		() => {
			env.files = 1;
		},
		() => {
			env.files.readText = 1;
		},
		() => {
			delete env.files;
		},
		() => {
			env.more = 1;
		},
		() => Object.setPrototypeOf(env, {}),
	]) {
		try {
			f();
			got.push("done");
		} catch (e) {
			got.push(e.name);
		}
	}
	return got;
};
