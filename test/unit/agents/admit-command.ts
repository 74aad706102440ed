import type { AdmitCommand } from "../../../worker/agents/object/admit-run.ts";

/** The admission of a run that asks for nothing special, but for what is said. */
export const admitCommand = (runId: string, overrides: Partial<AdmitCommand> = {}): AdmitCommand => ({
	runId,
	program: { main: "main.js", modules: { "main.js": "export default async () => 1;" }, sources: {} },
	programDigest: "sha256:0",
	input: "null",
	files: [],
	grants: null,
	limits: null,
	labels: [],
	metadata: {},
	executesUpToMs: 25_000,
	inlineMs: 0,
	mode: "live",
	origin: null,
	plan: null,
	...overrides,
});
