import type { Env } from "../env.ts";
import type { SeekInContents } from "../agents/object/begin-call.ts";
import { soughtCanaries } from "../leaks/known-canaries.ts";
import { searchContent } from "../leaks/search-content.ts";
import { secretTexts } from "../leaks/secret-texts.ts";
import { seekSecrets } from "../leaks/sought.ts";
import { openToLook } from "../secrets/open-to-look.ts";
import type { HostContents } from "../verbs/verb.ts";

/** Content that was about to leave holds what must not. Ends the call with its code; nothing of the content was sent. */
export class LeakFound extends Error {
	readonly code: "canary_seen" | "secret_seen";

	constructor(code: LeakFound["code"]) {
		super(code);
		this.name = "LeakFound";
		this.code = code;
	}
}

/**
 * A run's contents for a call that sends them out: what is opened by its handle has been read once before, and is given only if neither a honeytoken nor a secret
 * stands in it. Content never changes under its handle. What is opened by path is read for the program itself.
 * @param seek null: the call sends none
 */
export const searchedContents = (
	env: Pick<Env, "DB" | "SEAL_KEY">,
	tenantId: string,
	contents: HostContents,
	seek: SeekInContents | null,
): HostContents => {
	if (seek === null) return contents;
	return {
		...contents,
		open: async (handle) => {
			const content = await contents.open(handle);
			if (content === null) return null;
			const values = await Promise.all(seek.secrets.map((name) => openToLook(env, tenantId, name)));
			const secrets = seekSecrets(values.flatMap((value) => (value === null ? [] : secretTexts(value))));
			const canary = soughtCanaries(seek.canaries);
			const found = await searchContent(content.body, [canary, secrets]);
			if (found !== null) throw new LeakFound(found === canary ? "canary_seen" : "secret_seen");
			return await contents.open(handle);
		},
	};
};
