import type { GrantedTool, ToolCallGrant } from "./tool-call-grant.ts";

const SHOWN = 5;

/** What a person should look at twice in a tool grant. */
export const lintToolCall = (grant: ToolCallGrant, tools: readonly GrantedTool[]): readonly string[] => {
	const unpinned = tools.filter((tool) => tool.digest === null).map(({ name }) => JSON.stringify(name));
	const unasked = tools.filter((tool) => tool.effect === "write" && tool.approval === "never" && (grant.approval ?? "never") === "never");
	const shown = unpinned.slice(0, SHOWN).join(", ") + (unpinned.length > SHOWN ? ` and ${unpinned.length - SHOWN} more` : "");
	return [
		...(unpinned.length === 0 ? [] : [`tool.call: ${shown}: no digest is pinned, so that a refresh may change what the tool is`]),
		...(unasked.length === 0 ? [] : [`tool.call: ${unasked.length} tools of ${grant.server} may change something and ask no person`]),
	];
};
