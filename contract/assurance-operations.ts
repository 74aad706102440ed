import { Assurance } from "./assurance.ts";
import { anybody, none, type Operation } from "./operation.ts";

/** Which walls are tested, by how many attacks, and which rest on design. */
export const ASSURANCE_OPERATIONS = {
	getAssurance: {
		method: "GET",
		path: "/assurance",
		summary: "Which walls are tested, by how many attacks, when last, and which rest on design; as a page for whoever asks for text/html.",
		access: anybody,
		params: none,
		query: none,
		body: null,
		answers: { 200: Assurance },
		texts: { 200: ["text/html"] },
	},
} as const satisfies Record<string, Operation>;
