import { ErrorBody } from "../../contract/common.ts";
import { lookForLeaks } from "./look-for-leaks.ts";
import type { Scene } from "./scene.ts";

/** One request of an attacker. */
export interface Probe {
	readonly method?: string;
	/** With its leading slash; `fetch` folds dot segments: send-raw does not. */
	readonly path: string;
	/** Null: no key; left out: the attacker's. */
	readonly key?: string | null;
	readonly headers?: Readonly<Record<string, string>>;
	/** Text and bytes are sent as they are, anything else as JSON. */
	readonly body?: unknown;
	/** Texts of the attacker's own request that the answer may say back. */
	readonly mayEcho?: readonly string[];
}

export interface Probed {
	readonly status: number;
	readonly text: string;
	/** The error's code; empty when the answer is none. */
	readonly code: string;
	readonly headers: Headers;
}

const bodyOf = (body: unknown): string | Uint8Array<ArrayBuffer> =>
	typeof body === "string" ? body : body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body);

/**
 * Asks the API as an attacker does.
 * @throws Error when the answer is a failure of the host's own, shows what is hidden, or is an error that no client could read
 */
export const probe = async (
	scene: Scene,
	{ method = "GET", path, key = scene.attacker.key, headers = {}, body, mayEcho = [] }: Probe,
): Promise<Probed> => {
	const response = await fetch(`${scene.url}${path}`, {
		method,
		redirect: "manual",
		headers: {
			...(key === null ? {} : { authorization: `Bearer ${key}` }),
			...(body === undefined ? {} : { "content-type": "application/json" }),
			...headers,
		},
		...(body === undefined ? {} : { body: bodyOf(body) }),
	});
	const text = await response.text();
	const said = `${method} ${path.slice(0, 80)}: found ${response.status} ${text.slice(0, 300)}`;
	// 502 tells of a far side's failure, with a code of its own.
	if (response.status >= 500 && response.status !== 502) throw new Error(`${said}, wanted an answer that is not the host's failure`);
	if (response.headers.get("x-request-id") === null) throw new Error(`${said} without x-request-id`);
	lookForLeaks(
		scene,
		mayEcho.reduce((rest, own) => rest.replaceAll(own, ""), text),
	);
	const isError = response.status >= 400 && method !== "HEAD";
	const code = isError ? ErrorBody.parse(JSON.parse(text)).error.code : "";
	return { status: response.status, text, code, headers: response.headers };
};

/** Sends many, a few at once, and gives the answers in the order of the probes. */
export const probeAll = async (scene: Scene, probes: readonly Probe[], atOnce = 8): Promise<Probed[]> => {
	const answers: Probed[] = [];
	const rest = probes.entries();
	const work = async (): Promise<void> => {
		for (const [index, each] of rest) answers[index] = await probe(scene, each);
	};
	await Promise.all(Array.from({ length: atOnce }, work));
	return answers;
};

/** @throws Error that says which answers are not among the wanted statuses */
export const expectStatuses = (probes: readonly Probe[], answers: readonly Probed[], wanted: readonly number[]): void => {
	const wrong = answers.flatMap(({ status, text }, index) =>
		wanted.includes(status)
			? []
			: [
					`${probes[index]?.method ?? "GET"} ${probes[index]?.path.slice(0, 100)} ${JSON.stringify(probes[index]?.body)?.slice(0, 120) ?? ""} -> ${status} ${text.slice(0, 160)}`,
				],
	);
	if (wrong.length > 0)
		throw new Error(
			`Statuses: found ${wrong.length} of ${answers.length} others than ${wanted.join(", ")}: ${wrong.slice(0, 4).join("; ")}`,
		);
};
