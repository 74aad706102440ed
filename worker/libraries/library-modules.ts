import dateFns from "../../.build/libraries/date-fns.js?raw" with { type: "text" };
import fastXmlParser from "../../.build/libraries/fast-xml-parser.js?raw" with { type: "text" };
import justBash from "../../.build/libraries/just-bash.js?raw" with { type: "text" };
import marked from "../../.build/libraries/marked.js?raw" with { type: "text" };
import papaparse from "../../.build/libraries/papaparse.js?raw" with { type: "text" };
import simpleStatistics from "../../.build/libraries/simple-statistics.js?raw" with { type: "text" };
import xlsx from "../../.build/libraries/xlsx.js?raw" with { type: "text" };
import yaml from "../../.build/libraries/yaml.js?raw" with { type: "text" };
import zod from "../../.build/libraries/zod.js?raw" with { type: "text" };
import type { LibraryName } from "../../contract/libraries.ts";

/** The libraries' bundles by name, as supervisor/build-libraries.ts made them out of the pinned packages: part of the Worker, like the harness. */
export const LIBRARY_MODULES: Readonly<Record<LibraryName, string>> = {
	"date-fns": dateFns,
	"fast-xml-parser": fastXmlParser,
	"just-bash": justBash,
	marked,
	papaparse,
	"simple-statistics": simpleStatistics,
	xlsx,
	yaml,
	zod,
};
