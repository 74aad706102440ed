import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { PutSecret } from "../../contract/tenants.ts";
import type { Answer, ApiClient } from "../../scripts/support/api-client.ts";

/** Shorter values would be found by chance. */
const SHORTEST = 8;
const ENCODED = /^(?:base64|hex):(.+)$/s;

/** A value's forms that would give it away: as it is, as the bytes that it spells, and both in base64, base64url and hex. */
const formsOf = (value: string): Buffer[] => {
	const spelled = ENCODED.exec(value);
	const encoding = value.startsWith("hex:") ? "hex" : "base64";
	const plain = [Buffer.from(value), ...(spelled?.[1] === undefined ? [] : [Buffer.from(spelled[1]), Buffer.from(spelled[1], encoding)])];
	const encoded = plain.flatMap((bytes) => [
		bytes.toString("base64").replace(/=+$/, ""),
		bytes.toString("base64url"),
		bytes.toString("hex"),
	]);
	return [...plain, ...encoded.map((text) => Buffer.from(text))].filter((form) => form.byteLength >= SHORTEST);
};

const nothingIfGone = (error: unknown): string => {
	if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
	throw error;
};

/**
 * Every secret that a test seals on a platform, and whether it was seen again: each is searched for in every answer that the platform's clients get, and,
 * when the platform has stopped, in every file that it leaves.
 */
export class Canaries {
	readonly #forms: Buffer[] = [];

	plant(value: string): void {
		if (value.length >= SHORTEST) this.#forms.push(...formsOf(value));
	}

	/** @throws when a sealed value stands in it; the message does not repeat it. */
	check(where: string, content: string | Buffer): void {
		const bytes = typeof content === "string" ? Buffer.from(content) : content;
		for (const form of this.#forms) {
			const at = bytes.indexOf(form);
			if (at !== -1) throw new Error(`Looking for sealed values: found one in ${where} at byte ${at}, wanted none anywhere`);
		}
	}

	/** @param folder of a platform that has stopped, or of one that runs: what is gone meanwhile holds nothing */
	async checkFolder(folder: string): Promise<void> {
		for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
			const path = join(entry.parentPath, entry.name);
			if (entry.isFile()) this.check(path, await readFile(path).catch(nothingIfGone));
		}
	}

	/** The client, with an eye on what it seals and on what it is answered. */
	watch(api: ApiClient): ApiClient {
		const look = async (what: string, asking: Promise<Answer>): Promise<Answer> => {
			const answer = await asking;
			this.check(`the answer to ${what}`, `${JSON.stringify(answer.body)} ${JSON.stringify([...answer.headers])}`);
			return answer;
		};
		const request: ApiClient["request"] = (method, path, body, headers) => {
			const sealed = method === "PUT" && path.startsWith("/v1/secrets/") ? PutSecret.safeParse(body) : null;
			if (sealed?.success === true) this.plant(sealed.data.value);
			return look(`${method} ${path}`, api.request(method, path, body, headers));
		};
		return {
			request,
			send: (method, path, body, headers) => look(`${method} ${path}`, api.send(method, path, body, headers)),
			expect: async (status, shape, method, path, body) => {
				const answer = await request(method, path, body);
				if (answer.status === status) return shape.parse(answer.body);
				throw new Error(`${method} ${path}: found ${answer.status} ${JSON.stringify(answer.body).slice(0, 600)}, wanted ${status}`);
			},
			run: async (create, headers) => {
				const run = await api.run(create, headers);
				this.check("a run", JSON.stringify(run));
				return run;
			},
		};
	}
}
