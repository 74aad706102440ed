import { ParsedJson } from "../../contract/common.ts";
import { type RunLog, runError } from "../../contract/runs.ts";
import { checkEncoded } from "../../contract/tagged-json.ts";
import { redactorOfSecrets } from "../leaks/redactor-of-secrets.ts";
import { REDACTED, type Redactor } from "../verbs/http-fetch/redact-secret.ts";
import { redactValue } from "../verbs/tool-call/redact-value.ts";
import type { FinishCommand } from "./object/finish-run.ts";
import type { PolicySecrets } from "./secrets-of-policy.ts";

/** What is cut out of all that a run leaves: `nothing`, the secrets that its policy names, or `all` of it, since they cannot be opened. */
export type Cutter = "nothing" | "all" | Pick<Redactor, "text" | "bytes">;

export const cutterOf = (secrets: PolicySecrets): Cutter => {
	if (secrets.kind === "unknown") return "all";
	return secrets.texts.length === 0 ? "nothing" : redactorOfSecrets(secrets.texts);
};

/** How a run ends whose secrets cannot be opened: nothing of what it says is stored, since nobody can say what stands in it. */
const WITHHELD = {
	status: "failed" as const,
	result: null,
	error: runError("internal", "Ending the run: what it leaves could not be searched for secrets, and is kept from everybody"),
};

/** How an attempt ended, with the secrets cut out of its result, its error and its console lines. */
export const cutOutcome = (command: FinishCommand, cutter: Cutter): FinishCommand => {
	if (cutter === "nothing") return command;
	if (cutter === "all") return { ...command, ...(command.ending === "ended" ? WITHHELD : {}), logs: [], logsTruncated: true };
	return {
		...command,
		result: cutResult(command.result, cutter),
		error: command.error === null ? null : cutError(command.error, cutter),
		logs: cutLines(command.logs, cutter),
	};
};

/** Console lines without the secrets. */
export const cutLines = (lines: readonly RunLog[], cutter: Cutter): readonly RunLog[] => {
	if (cutter === "nothing") return lines;
	return cutter === "all" ? [] : lines.map((line) => ({ ...line, text: cutter.text(line.text) }));
};

type Cutting = Exclude<Cutter, string>;

/** One that is no result any more, where a secret stood in bytes or in a tag, is all mark. */
const cutResult = (result: FinishCommand["result"], cutting: Cutting): FinishCommand["result"] => {
	const cut = ParsedJson.parse(redactValue(result, cutting));
	return checkEncoded(cut) === null ? cut : REDACTED;
};

type Failure = NonNullable<FinishCommand["error"]>;

const cutError = (error: Failure, { text }: Cutting): Failure => ({
	...error,
	message: text(error.message),
	hint: text(error.hint),
	stack: error.stack === null ? null : text(error.stack),
});
