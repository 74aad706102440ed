import bodyGlobals from "../harness/body-globals.js?raw" with { type: "text" };
import calls from "../harness/calls.js?raw" with { type: "text" };
import canonicalNaN from "../harness/canonical-nan.js?raw" with { type: "text" };
import chacha from "../harness/chacha.js?raw" with { type: "text" };
import choices from "../harness/choices.js?raw" with { type: "text" };
import clock from "../harness/clock.js?raw" with { type: "text" };
import codec from "../harness/codec.js?raw" with { type: "text" };
import console from "../harness/console.js?raw" with { type: "text" };
import crypto from "../harness/crypto.js?raw" with { type: "text" };
import current from "../harness/current.js?raw" with { type: "text" };
import decode from "../harness/decode.js?raw" with { type: "text" };
import entrance from "../harness/entrance.js?raw" with { type: "text" };
import failures from "../harness/failures.js?raw" with { type: "text" };
import forms from "../harness/forms.js?raw" with { type: "text" };
import frames from "../harness/frames.js?raw" with { type: "text" };
import globals from "../harness/globals.js?raw" with { type: "text" };
import grants from "../harness/grants.js?raw" with { type: "text" };
import harness from "../harness/harness.js?raw" with { type: "text" };
import inspect from "../harness/inspect.js?raw" with { type: "text" };
import primordials from "../harness/primordials.js?raw" with { type: "text" };
import random from "../harness/random.js?raw" with { type: "text" };
import realm from "../harness/realm.js?raw" with { type: "text" };
import request from "../harness/request.js?raw" with { type: "text" };
import shapeAs from "../harness/shape-as.js?raw" with { type: "text" };
import stream from "../harness/stream.js?raw" with { type: "text" };
import subtle from "../harness/subtle.js?raw" with { type: "text" };
import timeGlobals from "../harness/time-globals.js?raw" with { type: "text" };
import timeline from "../harness/timeline.js?raw" with { type: "text" };
import timerGlobals from "../harness/timer-globals.js?raw" with { type: "text" };
import timers from "../harness/timers.js?raw" with { type: "text" };
import turns from "../harness/turns.js?raw" with { type: "text" };
import weak from "../harness/weak.js?raw" with { type: "text" };
import web from "../harness/web.js?raw" with { type: "text" };

/** The harness's files by the names under which the isolate imports them. */
export const HARNESS_MODULES: Readonly<Record<string, string>> = {
	"harness.js": harness,
	"body-globals.js": bodyGlobals,
	"calls.js": calls,
	"canonical-nan.js": canonicalNaN,
	"chacha.js": chacha,
	"choices.js": choices,
	"clock.js": clock,
	"codec.js": codec,
	"console.js": console,
	"crypto.js": crypto,
	"current.js": current,
	"decode.js": decode,
	"entrance.js": entrance,
	"failures.js": failures,
	"forms.js": forms,
	"frames.js": frames,
	"globals.js": globals,
	"grants.js": grants,
	"inspect.js": inspect,
	"primordials.js": primordials,
	"random.js": random,
	"realm.js": realm,
	"request.js": request,
	"shape-as.js": shapeAs,
	"stream.js": stream,
	"subtle.js": subtle,
	"time-globals.js": timeGlobals,
	"timeline.js": timeline,
	"timer-globals.js": timerGlobals,
	"timers.js": timers,
	"turns.js": turns,
	"weak.js": weak,
	"web.js": web,
};
