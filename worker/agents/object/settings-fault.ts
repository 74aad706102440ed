import type { ScheduleSettings } from "../../../contract/schedules.ts";
import { type RefusedAnswer, refuse, requestFault } from "./admit-run.ts";
import type { ObjectState } from "./object-state.ts";
import { versionsOf } from "./store-program.ts";

/** How runs are to be that a trigger or a schedule starts. Null: as the agent says. */
export type StoredTerms = Pick<ScheduleSettings, "grants" | "limits" | "programVersion" | "isolation">;

/** What would only show when a run is started: grants, a version or an isolation that the agent does not have. Null: nothing. @param action how the refusal begins */
export const settingsFault = (state: ObjectState, action: string, terms: StoredTerms): RefusedAnswer | null => {
	const { programVersion, isolation } = terms;
	if (programVersion !== null && state.programs.line(programVersion) === null)
		return wrong(action, "programVersion", programVersion, versionsOf(state.programs.ends()));
	if (isolation === "warm" && state.facts.configuration()?.isolation !== "warm")
		return wrong(action, "isolation", '"warm"', 'fresh: the agent does not allow warm isolates; PATCH its isolation to "warm"');
	return requestFault(state, terms, action);
};

const wrong = (action: string, path: string, found: string | number, wanted: string): RefusedAnswer =>
	refuse("invalid_request", `${action}: ${path}: found ${found}, wanted ${wanted}`, { issues: [{ path, wanted }] });
