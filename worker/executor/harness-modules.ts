import codec from "../harness/codec.js?raw" with { type: "text" };
import console from "../harness/console.js?raw" with { type: "text" };
import decode from "../harness/decode.js?raw" with { type: "text" };
import failures from "../harness/failures.js?raw" with { type: "text" };
import globals from "../harness/globals.js?raw" with { type: "text" };
import grants from "../harness/grants.js?raw" with { type: "text" };
import harness from "../harness/harness.js?raw" with { type: "text" };
import inspect from "../harness/inspect.js?raw" with { type: "text" };
import primordials from "../harness/primordials.js?raw" with { type: "text" };
import request from "../harness/request.js?raw" with { type: "text" };
import stream from "../harness/stream.js?raw" with { type: "text" };
import web from "../harness/web.js?raw" with { type: "text" };

/** The harness's files by the names under which the isolate imports them. */
export const HARNESS_MODULES: Readonly<Record<string, string>> = {
	"harness.js": harness,
	"codec.js": codec,
	"console.js": console,
	"decode.js": decode,
	"failures.js": failures,
	"globals.js": globals,
	"grants.js": grants,
	"inspect.js": inspect,
	"primordials.js": primordials,
	"request.js": request,
	"stream.js": stream,
	"web.js": web,
};
