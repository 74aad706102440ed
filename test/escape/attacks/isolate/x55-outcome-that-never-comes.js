/*
 * X55 Swallows the harness's own promises, so that no answer ever comes
 * wall: wall-time
 * ends: never_settled | wall_time_exceeded
 * limits: { "cpuMs": 600, "wallMs": 1500, "memoryMb": 64 }
 */
export default () => {
	Object.defineProperty(Promise.prototype, "constructor", { get: () => undefined });
	Promise.prototype.then = function () {
		return this;
	};
	return "ESCAPED";
};
