import { z } from "zod";
import { ApprovalRule, methodsIn } from "../../../contract/conditions.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { COMMON_GRANT, COMMON_LIMITS } from "../common-grant.ts";
import { methodNameFault, methodNameOf } from "./method-name.ts";

const ToolName = z.string().min(1).max(LIMITS.toolNameChars);

const ToolRule = z.strictObject({
	name: ToolName.describe("name of the tool, as its server has it"),
	as: z.string().max(LIMITS.toolNameChars).optional().describe("the method's name; left out: the tool's, with _ for what no name can hold"),
	approval: ApprovalRule.optional().describe(
		"whether a person must approve each call of this tool: never, always, or when a condition over the call holds or cannot be told; left out: never",
	),
	effect: z
		.enum(["read", "write"])
		.optional()
		.describe("whether it changes something; left out: write, whatever the server says of itself"),
	digest: z
		.string()
		.regex(/^sha256:[0-9a-f]{64}$/, { error: "wanted sha256: and 64 hexadecimal digits, as GET /v1/tools/{name} shows it" })
		.optional()
		.describe("the tool as it was reviewed: a call is refused once its server, name, description or schema is another"),
	idempotent: z
		.boolean()
		.optional()
		.describe(
			"whether a call whose end is unknown may be made once more, because the far side does nothing twice; left out: only for effect read",
		),
});
type ToolRule = z.infer<typeof ToolRule>;

export const ToolCallGrant = z
	.strictObject({
		verb: z.literal("tool.call").describe("the verb"),
		server: z.string().min(1).max(LIMITS.nameChars).describe("name of a tool server of the tenant"),
		tools: z
			.array(z.union([ToolName, ToolRule]))
			.min(1)
			.max(LIMITS.toolsPerGrant)
			.describe("the tools that may be called; what the server has beside them, or later, is not granted"),
		limits: z
			.strictObject({
				...COMMON_LIMITS,
				responseBytes: z.int().min(1).max(LIMITS.responseBytes.max).optional().describe("largest answer of the server, bytes"),
				timeoutMs: z.int().min(1).max(LIMITS.upstreamMs.max).optional().describe("time for one call, milliseconds"),
			})
			.optional()
			.describe("bounds of this grant, below the platform's own"),
		...COMMON_GRANT,
	})
	.superRefine((grant, context) => {
		const methods = new Set<string>();
		for (const [index, entry] of grant.tools.entries()) {
			const { method, approval } = grantedTool(entry);
			const fault = methods.has(method) ? "found the same method twice, wanted another name with `as`" : methodNameFault(method);
			methods.add(method);
			const path = ["tools", index];
			if (fault !== null) context.addIssue({ code: "custom", path, message: `method ${JSON.stringify(method)}: ${fault}` });
			const strange = typeof approval === "string" ? undefined : methodsIn(approval.when).find((named) => named !== method);
			if (strange !== undefined)
				context.addIssue({
					code: "custom",
					path: [...path, "approval"],
					message: `found the method ${JSON.stringify(strange)}, wanted the tool's own, ${method}, or none`,
				});
		}
	});
export type ToolCallGrant = z.infer<typeof ToolCallGrant>;

/** An entry of `tools` made ready. */
export interface GrantedTool {
	readonly method: string;
	readonly name: string;
	readonly approval: ApprovalRule;
	/** May be called once more after a crash. */
	readonly idempotent: boolean;
	readonly effect: "read" | "write";
	readonly digest: string | null;
}

export const grantedTool = (entry: string | ToolRule): GrantedTool => {
	const rule: ToolRule = typeof entry === "string" ? { name: entry } : entry;
	return {
		method: rule.as ?? methodNameOf(rule.name),
		name: rule.name,
		approval: rule.approval ?? "never",
		effect: rule.effect ?? "write",
		idempotent: rule.idempotent ?? rule.effect === "read",
		digest: rule.digest ?? null,
	};
};
