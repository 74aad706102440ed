import { createRequire } from "node:module";
import { z } from "zod";

/** Payloads as GitHub sent them, out of the collection that Octokit keeps. */

const Json = z.record(z.string(), z.unknown());
export type Payload = z.infer<typeof Json>;
const Definitions = z.array(z.object({ name: z.string(), examples: z.array(Json) }));

/** By the event that they are of. */
export const GITHUB_EXAMPLES = Definitions.parse(createRequire(import.meta.url)("@octokit/webhooks-examples/api.github.com/index.json"));

/** One example of an event, and of an action where it has several. @throws Error when there is none */
export const payloadOf = (event: string, action?: string): Payload => {
	const { examples = [] } = GITHUB_EXAMPLES.find(({ name }) => name === event) ?? {};
	const found = examples.find((example) => action === undefined || example["action"] === action);
	if (found === undefined) throw new Error(`Reading an example payload: found none of ${event} ${action ?? ""}, wanted one`);
	return found;
};

/** An object within a payload. @throws ZodError when it is none */
export const objectIn = (payload: Payload, name: string): Payload => Json.parse(payload[name]);

/** The payload as another GitHub than api.github.com writes it: its repository, and its own URLs. */
export const movedTo = (payload: Payload, origin: string, repository: string): Payload =>
	Json.parse(
		JSON.parse(
			JSON.stringify(payload)
				.replaceAll("https://api.github.com", origin)
				.replaceAll("https://github.com", origin)
				.replaceAll("Codertocat/Hello-World", repository),
		),
	);
