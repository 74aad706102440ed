import { LIMITS } from "../../contract/limits.ts";
import { NO_REDACTION, REDACTED, type Redactor, redactorOfForms } from "../verbs/http-fetch/redact-secret.ts";
import { formsOf } from "../verbs/http-fetch/secret-forms.ts";

/** Takes secrets out of what a run leaves: what makeRedactor finds, and of long secrets, such as key files, the whole and each of their long lines. @param texts as `secretTexts` gives them */
export const redactorOfSecrets = (texts: readonly string[]): Pick<Redactor, "text" | "bytes"> => {
	const [ascii, others] = [texts.filter(isAscii), texts.filter((text) => !isAscii(text))];
	const inner = ascii.length === 0 ? NO_REDACTION : redactorOfForms(ascii.flatMap(cutForms));
	return {
		// Of what no form is made it is the text itself that is cut.
		text: (text) => others.reduce((clean, other) => clean.split(other).join(REDACTED), inner.text(text)),
		bytes: (bytes) => inner.bytes(bytes),
	};
};

const isAscii = (text: string): boolean => {
	for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x7f) return false;
	return true;
};

const cutForms = (text: string): readonly string[] => {
	if (text.length <= LIMITS.cutFormsChars) return [...formsOf(text), ...longLines(text)];
	return [text, JSON.stringify(text).slice(1, -1), ...longLines(text)];
};

const longLines = (text: string): string[] =>
	text
		.split("\n")
		.map((line) => line.trim())
		.filter((line) => line.length >= LIMITS.cutLineChars && line !== text && !line.startsWith("-----"));
