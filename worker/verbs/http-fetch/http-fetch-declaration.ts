import { LIMITS } from "../../../contract/limits.ts";
import { commentText } from "../comment-text.ts";
import type { BoundTemplate } from "./bound-template.ts";
import type { BoundRule } from "./covering-rule.ts";
import type { HttpFetchGrant } from "./http-fetch-grant.ts";
import type { BoundInject } from "./injected-credential.ts";

/** What an http grant is declared with. */
export interface Declared {
	readonly grant: HttpFetchGrant;
	readonly rules: readonly BoundRule[];
	readonly templates: readonly BoundTemplate[];
	readonly inject: BoundInject;
}

const BODY = "body?: BodyInit | { readonly handle: string } | null";
const INIT = `Omit<RequestInit, "body"> & { ${BODY} }`;
const KEPT =
	"Promise<{ readonly status: number; readonly url: string; readonly headers: Record<string, string>; readonly handle: string; readonly bytes: number; readonly type: string }>";
const STREAMED =
	"AsyncIterable<Uint8Array> & { readonly result: Promise<{ readonly status: number; readonly url: string; readonly headers: Record<string, string>; readonly bytes: number }> }";

/** The TypeScript type of `env.<name>` for an http grant. Says that a credential is added and where, never which secret. */
export const httpFetchDeclaration = (declared: Declared): string => {
	const members = [
		...(declared.rules.length === 0 ? [] : [fetchMembers(declared)]),
		...declared.templates.map((template) => templateMember(declared, template)),
	];
	return `{\n${members.join("\n")}\n}`;
};

const fetchMembers = (declared: Declared): string => {
	const { grant, rules } = declared;
	const most = grant.limits?.responseBytes ?? LIMITS.responseBytes.default;
	const lines = [
		"Fetches as the global fetch() does. Allowed:",
		...rules.map((rule) => `- ${rule.text}`),
		...credentialLines(declared),
		`Redirects: ${grant.redirects === "refuse" ? "not followed" : "followed while they stay within what is allowed"}.`,
		`A response has at most ${Math.min(most, LIMITS.responseBytes.max)} bytes and ${grant.limits?.timeoutMs ?? LIMITS.upstreamMs.default} ms.`,
		`With { as: "handle" } the body stays on the host, and stream() gives it in parts: then it has at most ${most} bytes. A handle may be the body of a request.`,
	];
	return `${comment(lines)}
	fetch(url: string | URL, init?: ${INIT}): Promise<Response>;
	fetch(url: string | URL, init: ${INIT} & { as: "handle" }): ${KEPT};
	stream(url: string | URL, init?: ${INIT}): ${STREAMED};`;
};

const templateMember = (declared: Declared, template: BoundTemplate): string => {
	const lines = [
		...(template.description === null ? [] : [template.description]),
		template.text,
		...(declared.rules.length === 0 ? credentialLines(declared) : []),
		...[...template.params].flatMap(([name, param]) => (param.description === null ? [] : [`@param params.${name} ${param.description}`])),
	];
	const fields = [...template.params].map(([name, param]) => `${name}${param.optional ? "?" : ""}: ${param.typeText}`);
	const fieldsText = fields.length === 0 ? "Record<string, never>" : `{ ${fields.join("; ")} }`;
	const mayLeaveOut = [...template.params.values()].every((param) => param.optional);
	const params = `params${mayLeaveOut ? "?" : ""}: ${fieldsText}`;
	return `${comment(lines)}
	${template.name}(${params}): Promise<Response>;
	${template.name}(params: ${fieldsText}, options: { as: "handle" }): ${KEPT};`;
};

const credentialLines = ({ inject }: Declared): string[] =>
	inject.texts.map((text) => `The host adds ${text} with a credential; do not set it.`);

const comment = (lines: readonly string[]): string => `	/**\n${lines.map((line) => `	 * ${commentText(line)}`).join("\n")}\n	 */`;
