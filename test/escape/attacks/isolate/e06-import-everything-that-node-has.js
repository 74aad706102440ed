/*
 * E06 Imports every module of Node, and does what the ones that load can do
 * wall: isolate
 * ends: returns []
 */
const NAMES =
	"assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns domain events fs fs/promises http http2 https inspector module net os path perf_hooks process punycode querystring readline repl sqlite stream string_decoder sys test timers tls trace_events tty url util v8 vm wasi worker_threads zlib".split(
		" ",
	);
const DEEDS = {
	fs: (fs) => fs.readFileSync("/proc/self/environ"),
	"fs/promises": (fs) => fs.readFile("/etc/passwd"),
	child_process: (child) => child.execSync("id"),
	os: (os) => os.hostname().length > 0 && os.networkInterfaces(),
	vm: (vm) => vm.runInNewContext("1"),
	module: (module) => module.createRequire("/x.js")("fs"),
	worker_threads: (threads) => new threads.Worker("1", { eval: true }),
	inspector: (inspector) => inspector.open(0),
	v8: (v8) => v8.setFlagsFromString("--allow-natives-syntax"),
	net: (net) => new Promise((resolve, reject) => net.connect(1, "127.0.0.1").on("connect", resolve).on("error", reject)),
	dns: (dns) => dns.promises.lookup("localhost"),
	wasi: (wasi) => new wasi.WASI({ version: "preview1", preopens: { "/": "/" } }),
	sqlite: (sqlite) => new sqlite.DatabaseSync("/etc/passwd"),
};
export default async () => {
	const did = [];
	for (const name of NAMES) {
		for (const specifier of [name, `node:${name}`]) {
			try {
				const loaded = await import(specifier);
				const deed = DEEDS[name];
				if (deed === undefined) continue;
				await deed(loaded.default ?? loaded);
				did.push(`ESCAPED ${specifier}`);
			} catch {
				// Refused.
			}
		}
	}
	return did;
};
