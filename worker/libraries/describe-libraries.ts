import { LIBRARIES } from "./catalogue.ts";

/** Lines of comment for the declarations of `env`: each library that is granted, its version, its import, what it is for. */
export const describeLibraries = (granted: readonly string[]): string => {
	const lines = granted.flatMap((name) => {
		const library = LIBRARIES.get(name);
		return library === undefined ? [] : [`// - ${library.usage}; // ${library.name} ${library.version}: ${library.summary}`];
	});
	return lines.length === 0
		? "// No libraries: the policy grants none, and nothing can be installed."
		: `// Libraries that may be imported by name; there are no others, and nothing can be installed:\n${lines.join("\n")}`;
};
