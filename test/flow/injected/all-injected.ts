import { CSV_CELLS } from "./csv-cells.ts";
import { ISSUES } from "./issues.ts";
import { MAILS } from "./mails.ts";
import { MODEL_ANSWERS } from "./model-answers.ts";
import { TOOL_RESULTS } from "./tool-results.ts";
import { WEB_PAGES } from "./web-pages.ts";

/** The injected half of the corpus. */
export const INJECTED = [...WEB_PAGES, ...MAILS, ...ISSUES, ...CSV_CELLS, ...TOOL_RESULTS, ...MODEL_ANSWERS];
