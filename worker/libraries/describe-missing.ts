import { LIBRARY_NAMES } from "../../contract/libraries.ts";

const NAMES: ReadonlySet<string> = new Set(LIBRARY_NAMES);

/** Why a specifier leads to no library, and what would: the names that the platform has and those that the policy grants. @param granted the policy's list */
export const describeMissing = (specifier: string, granted: readonly string[]): string => {
	const has = `the platform has ${LIBRARY_NAMES.join(", ")}`;
	const grants = granted.length === 0 ? "the agent's policy grants none of them" : `the agent's policy grants ${granted.join(", ")}`;
	const [first = ""] = specifier.split("/", 1);
	if (NAMES.has(specifier)) return `this library is not in the policy's "libraries": ${has}; ${grants}`;
	if (NAMES.has(first)) return `a library is imported by its name alone, "${first}", and has no subpaths here: ${has}; ${grants}`;
	return `there is no such module. No package, URL or built-in module exists here but a closed list of libraries: ${has}; ${grants}`;
};
