import { DESK } from "./desk.ts";
import { MAIL } from "./mail.ts";
import { REPORTS } from "./reports.ts";
import { RESEARCH } from "./research.ts";
import { TRIAGE } from "./triage.ts";
import { WRITING } from "./writing.ts";

/** The honest half of the corpus. */
export const HONEST = [...RESEARCH, ...MAIL, ...TRIAGE, ...REPORTS, ...DESK, ...WRITING];
