import { LIMITS } from "../../../contract/limits.ts";
import { beyondFields, type Narrowings } from "../beyond-fields.ts";
import { beyondNames } from "../beyond-names.ts";
import { beyondNumber } from "../beyond-number.ts";
import { AiCompleteGrant } from "./ai-complete-grant.ts";
import { readOnce } from "../read-once.ts";

const read = readOnce(AiCompleteGrant);

/** How a grant of ai.complete lets more happen than another one (Verb.beyond). */
export const beyondAiComplete = (parent: unknown, child: unknown): string | null => beyondFields(read(parent), read(child), NARROWINGS);

/**
 * What a call leaves out, the model and its most tokens, the grant settles, so that the same arguments may mean something else in another grant, which the parent's
 * program can have by naming it. Where a condition looks at arguments that is no way: it may ask a person about a model that is named, and not about the one that is not.
 */
const isByArguments = (parent: AiCompleteGrant, child: AiCompleteGrant): boolean =>
	typeof parent.approval === "object" && child.approval !== "always";

const beyondModels = (parent: AiCompleteGrant, child: AiCompleteGrant): string | null => {
	if (isByArguments(parent, child) && parent.models[0] !== child.models[0])
		return "models: found another one first, wanted the parent's, whose approval depends on a call's arguments";
	return beyondNames("models", parent.models, child.models);
};

const beyondTokens = (parent: AiCompleteGrant, child: AiCompleteGrant): string | null => {
	if (isByArguments(parent, child) && mostTokens(parent) !== mostTokens(child))
		return "maxTokens: found another number, wanted the parent's, whose approval depends on a call's arguments";
	return beyondNumber("maxTokens", mostTokens(parent), mostTokens(child));
};

const mostTokens = ({ maxTokens }: AiCompleteGrant): number => maxTokens ?? LIMITS.maxTokens.max;

const NARROWINGS: Narrowings<AiCompleteGrant> = {
	fields: [
		["models", beyondModels],
		["maxTokens", beyondTokens],
	],
	limits: { timeoutMs: LIMITS.modelMs.default },
};
