import { z } from "zod";
import { readHostPattern } from "./host-pattern.ts";

const HOST_CHARS = 260;

/** A host pattern of a grant, refused in words. */
export const HostText = z
	.string()
	.max(HOST_CHARS)
	.superRefine((text, context) => {
		const reading = readHostPattern(text);
		if (reading.kind === "refused") context.addIssue({ code: "custom", message: `host ${JSON.stringify(text)}: ${reading.why}` });
	});
