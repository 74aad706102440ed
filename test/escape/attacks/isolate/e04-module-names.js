/*
 * E04 Brings modules whose names lead out of its folder
 * wall: isolate
 * ends: refused invalid_program
 */
import "./lib/../../harness.js";
export default () => "ESCAPED";
// --- module: lib/../../harness.js
export default class {
	run() {
		return '{"outcome":{"kind":"returned","result":"ESCAPED"}}';
	}
}
