/*
 * E18 Takes the runtime's transports
 * wall: network
 * ends: returns []
 */
export default async () => {
	return [
		"WebSocket",
		"EventSource",
		"caches",
		"Cloudflare",
		"navigator",
		"XMLHttpRequest",
		"Worker",
		"importScripts",
		"connect",
	].filter((name) => {
		try {
			return typeof globalThis[name] !== "undefined" && name !== "navigator";
		} catch {
			return false;
		}
	});
};
