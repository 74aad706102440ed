/** The `env` of the program: one frozen object per grant, whose methods carry their arguments to the gate and its answer back. */
import { createCalls } from "./calls.js";
import { apply, create, freeze, setOwn } from "./primordials.js";

/**
 * @typedef {import("./harness.js").Job} Job
 * @typedef {import("./failures.js").Failures} Failures
 * @typedef {(...args: unknown[]) => unknown} Method
 */

/**
 * @param {Job} job
 * @param {Record<string, import("./calls.js").Binding>} bindings by grant name
 * @param {object} world
 * @param {Failures} world.failures
 * @param {import("./timeline.js").Timeline} world.timeline
 * @param {import("./random.js").Random} world.random
 * @returns {{ env: object, fetch: (...args: unknown[]) => Promise<unknown>, sent: () => number, unanswered: () => number, end: () => void }} `fetch` is for the global name
 */
export const createGrants = (job, bindings, world) => {
	const { failures } = world;
	const { call, callInParts, fetchThrough, sent, unanswered, end } = createCalls(job, bindings, world);

	const env = create(null);
	let firstHttp = "";
	let granted = "";
	for (let index = 0; index < job.grants.length; index += 1) {
		const grant = job.grants[index];
		if (grant === undefined) continue;
		const { name, verb } = grant;
		granted += `${index === 0 ? "" : ", "}env.${name} (${verb})`;
		const object = create(null);
		for (let at = 0; at < grant.methods.length; at += 1) {
			const method = grant.methods[at] ?? "";
			const fetches = verb === "http.fetch" && method === "fetch";
			const streamsFetch = verb === "http.fetch" && method === "stream";
			if (includes(grant.streams, method)) defineMethod(object, method, (...args) => callInParts(name, method, args, streamsFetch));
			else defineMethod(object, method, (...args) => (fetches ? fetchThrough(name, method, args) : call(name, method, args)));
		}
		if (verb === "http.fetch" && firstHttp === "" && includes(grant.methods, "fetch")) firstHttp = name;
		setOwn(env, name, freeze(object));
	}

	/** @type {(...args: unknown[]) => Promise<unknown>} */
	const fetch = async (...args) => {
		if (firstHttp !== "") return fetchThrough(firstHttp, "fetchAny", args);
		const has = granted === "" ? "It has no grants at all." : `It has: ${granted}.`;
		throw failures.callError(
			"capability_not_granted",
			`fetch: this run has no http.fetch grant, so nothing can be fetched. ${has}`,
			"Use one of the grants that the agent has.",
		);
	};
	return { env: freeze(env), fetch, sent, unanswered, end };
};

/** What `env` has, grant by grant, for people. @param {Job["grants"]} grants */
export const describeGrants = (grants) => {
	let text = "";
	for (let index = 0; index < grants.length; index += 1) {
		const { name, methods } = grants[index] ?? { name: "", methods: [] };
		text += `${index === 0 ? "" : ", "}${name} (`;
		for (let at = 0; at < methods.length; at += 1) text += (at === 0 ? "" : ", ") + methods[at];
		text += ")";
	}
	return text === "" ? "env has nothing: this run has no grants." : `env has: ${text}.`;
};

/** @param {string[]} names @param {string} name */
const includes = (names, name) => {
	for (let index = 0; index < names.length; index += 1) if (names[index] === name) return true;
	return false;
};

/** @param {object} object @param {string} name @param {Method} method */
const defineMethod = (object, name, method) => {
	/** @type {Method} */
	const named = (...args) => apply(method, undefined, args);
	setOwn(named, "name", name, false);
	setOwn(object, name, freeze(named));
};
