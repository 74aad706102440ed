/*
 * E04 Brings a module under the harness's own name and takes its place
 * wall: isolate
 * ends: returns "mine"
 */
import { mark } from "./harness.js";
export default () => mark;
// --- module: harness.js
export const mark = "mine";
export default class {
	run() {
		return '{"outcome":{"kind":"returned","result":"ESCAPED"},"choices":"0 ","places":0,"sent":0,"logs":[],"logsDropped":0}';
	}
}
