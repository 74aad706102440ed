import type { SchemeName, Trigger } from "../../contract/triggers.ts";
import { SENDERS, type Signing } from "../node/triggers/signing.ts";
import { lookForLeaks } from "./look-for-leaks.ts";
import type { Scene } from "./scene.ts";

/** What a sender is told. */
export interface HookAnswer {
	readonly status: number;
	readonly text: string;
	readonly headers: Headers;
}

/** A request to a hook. */
export interface HookRequest {
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string | Uint8Array<ArrayBuffer>;
}

export const seconds = (aheadSeconds = 0): string => String(Math.floor(Date.now() / 1000) + aheadSeconds);

/** A request as a sender of the scheme signs it now, or at another time. */
export const signedHook = (
	scheme: SchemeName,
	{ body, ...signing }: Omit<Signing, "body"> & { readonly body: string },
	headers: Readonly<Record<string, string>> = {},
): HookRequest => ({
	headers: { "content-type": "application/json", ...SENDERS[scheme]({ time: seconds(), body, ...signing }), ...headers },
	body,
});

/** Posts to a trigger's URL, or to a path. @throws Error when the answer shows what is hidden, or is the host's own failure */
export const sendHook = async (scene: Scene, to: Pick<Trigger, "id">, { headers, body }: HookRequest): Promise<HookAnswer> => {
	const response = await fetch(`${scene.url}/hooks/${to.id}`, { method: "POST", redirect: "manual", headers, body });
	const text = await response.text();
	lookForLeaks(scene, `${text} ${JSON.stringify([...response.headers])}`);
	if (text.includes('"code":"internal"')) throw new Error(`POST /hooks: found ${response.status} ${text.slice(0, 300)}, wanted no failure`);
	return { status: response.status, text, headers: response.headers };
};

/** @throws Error that says what was found, unless all answers have one of the statuses */
export const wantStatus = (what: string, answers: readonly HookAnswer[], ...wanted: readonly number[]): void => {
	const wrong = answers.findIndex(({ status }) => !wanted.includes(status));
	if (wrong === -1) return;
	const { status, text } = answers[wrong] ?? { status: 0, text: "" };
	throw new Error(`${what} (answer ${wrong} of ${answers.length}): found ${status} ${text.slice(0, 300)}, wanted ${wanted.join(" or ")}`);
};

/** @throws Error unless it is so */
export const want = (what: string, isSo: boolean, found: unknown): void => {
	if (!isSo) throw new Error(`${what}: found ${JSON.stringify(found)?.slice(0, 600)}, wanted otherwise`);
};
