/*
 * What an escaped attacker tries, as a native program in the executor's place. Node stands in for workerd and runs this as `serve` in the process's own folder;
 * the line before it, put there by the test, sets `scene`: { hostPaths, tcpPort, udpPort, abstractName, neighbourSocket, hostPid }.
 * Says one JSON object: the outcome of each try by its name, an error's code or what was reached.
 */
const fs = require("node:fs");
const net = require("node:net");
const os = require("node:os");
const dgram = require("node:dgram");
const dns = require("node:dns");
const inspector = require("node:inspector");
const { spawn, spawnSync, fork } = require("node:child_process");

const MOST_MS = 3_000;
const outcomes = {};

const codeOf = (error) => error.code ?? error.name ?? String(error);
const attempt = (name, work) => {
	try {
		outcomes[name] = work() ?? "REACHED";
	} catch (error) {
		outcomes[name] = codeOf(error);
	}
};
const settle = (work) =>
	new Promise((resolve) => {
		const timer = setTimeout(resolve, MOST_MS, "silence");
		const end = (value) => {
			clearTimeout(timer);
			resolve(value);
		};
		try {
			work(end);
		} catch (error) {
			end(codeOf(error));
		}
	});
const connectTo = (options) =>
	settle((end) => {
		const socket = net.connect(options);
		socket.on("connect", () => end("REACHED"));
		socket.on("error", (error) => end(codeOf(error)));
	});
const listenAt = (options) =>
	settle((end) => {
		const server = net.createServer();
		server.on("error", (error) => end(codeOf(error)));
		server.listen(options, () => {
			server.close();
			end("REACHED");
		});
	});
const sendTo = (type, port, address) =>
	settle((end) => {
		const socket = dgram.createSocket(type);
		socket.on("error", (error) => end(codeOf(error)));
		socket.send("x", port, address, (error) => {
			end(error ? codeOf(error) : "REACHED");
			socket.close();
		});
	});
const startOf = (file, args) =>
	settle((end) => {
		const child = spawn(file, args, { stdio: "inherit" });
		child.on("error", (error) => end(codeOf(error)));
		child.on("spawn", () => {
			child.kill("SIGKILL");
			end("REACHED");
		});
	});

/** Descriptors that are open before the attacker has opened any, beyond Node's own. */
const openDescriptors = () => {
	const open = [];
	for (let descriptor = 0; descriptor < 512; descriptor += 1) {
		try {
			const stat = fs.fstatSync(descriptor);
			if (stat.isFile() || stat.isDirectory() || stat.isBlockDevice()) open.push(descriptor);
		} catch {
			// Not open.
		}
	}
	return open;
};

const look = () => {
	attempt("descriptors that are files or folders", openDescriptors);
	for (const path of scene.hostPaths) attempt(`read ${path}`, () => void fs.lstatSync(path));
	attempt("list /", () => fs.readdirSync("/").sort());
	attempt("list above /", () => fs.readdirSync("/../../..").sort());
	attempt("list /bin", () => fs.readdirSync("/bin").sort());
	attempt("list /dev", () => fs.readdirSync("/dev").sort());
	attempt("list /run", () => fs.readdirSync("/run").sort());
	attempt("list above /run", () => fs.readdirSync("/run/..").sort());
	attempt("list /executor", () => fs.readdirSync("/executor").sort());
	attempt("environment", () => Object.keys(process.env).filter((name) => name !== "PWD"));
	attempt("host name", () => os.hostname());
	attempt("network interfaces", () => Object.keys(os.networkInterfaces()));
	attempt("supplementary groups", () => process.getgroups().filter((group) => group !== 0 && group !== 65_534));
	attempt("own pid is small", () => process.pid < 10);
};

const write = () => {
	attempt("write a byte in /run", () => fs.writeFileSync("/run/full", "x"));
	attempt("make an empty file in /run", () => fs.closeSync(fs.openSync("/run/empty", "w")));
	attempt("make a temporary file in /run", () => fs.mkdtempSync("/run/tmp-"));
	attempt("make a folder in /run", () => fs.mkdirSync("/run/folder"));
	attempt("make a link in /run", () => fs.symlinkSync("/etc", "/run/link"));
	attempt("make a hard link in /run", () => fs.linkSync("/run/serve", "/run/hard"));
	attempt("rename in /run", () => fs.renameSync("/run/serve", "/run/served"));
	attempt("remove in /run", () => fs.unlinkSync("/run/kept"));
	attempt("write over a file in /run", () => fs.writeFileSync("/run/kept", "x"));
	attempt("write in /", () => fs.writeFileSync("/full", "x"));
	attempt("write in /dev", () => fs.writeFileSync("/dev/full", "x"));
	attempt("write over workerd", () => fs.writeFileSync("/bin/workerd", "x"));
	attempt("write over its configuration", () => fs.writeFileSync("/executor/config.capnp", "x"));
	attempt("write in /executor", () => fs.writeFileSync("/executor/added", "x"));
	attempt("change the mode of workerd", () => fs.chmodSync("/bin/workerd", 0o4755));
	attempt("change the owner of its configuration", () => fs.chownSync("/executor/config.capnp", 0, 0));
	attempt("write a report", () => fs.existsSync(process.report.writeReport("/run/report.json")) || "none");
	attempt("write a heap snapshot", () => void require("node:v8").writeHeapSnapshot("/run/heap"));
};

const reach = async () => {
	const at = { port: scene.tcpPort };
	outcomes["connect to the host's loopback"] = await connectTo({ ...at, host: "127.0.0.1" });
	outcomes["connect to the host's loopback by IPv6"] = await connectTo({ ...at, host: "::1" });
	outcomes["connect to 0.0.0.0"] = await connectTo({ ...at, host: "0.0.0.0" });
	outcomes["connect to the link-local address of metadata"] = await connectTo({ host: "169.254.169.254", port: 80 });
	outcomes["connect to a private address"] = await connectTo({ host: "10.0.0.1", port: 80 });
	outcomes["connect to a public address"] = await connectTo({ host: "192.0.2.1", port: 443 });
	outcomes["send a datagram to the host's loopback"] = await sendTo("udp4", scene.udpPort, "127.0.0.1");
	outcomes["send a datagram by IPv6"] = await sendTo("udp6", scene.udpPort, "::1");
	outcomes["send a datagram to a public address"] = await sendTo("udp4", 53, "192.0.2.1");
	outcomes["look up a name"] = await settle((end) => dns.lookup("localhost.example", (error) => end(error ? codeOf(error) : "REACHED")));
	outcomes["ask a name server"] = await settle((end) => dns.resolve4("name.example", (error) => end(error ? codeOf(error) : "REACHED")));
	outcomes["connect to an abstract unix socket of the host"] = await connectTo({ path: `\0${scene.abstractName}` });
	outcomes["connect to another process's socket"] = await connectTo({ path: scene.neighbourSocket });
	outcomes["connect to the container service"] = await connectTo({ path: "/var/run/docker.sock" });
	outcomes["connect to the system's bus"] = await connectTo({ path: "/run/dbus/system_bus_socket" });
	outcomes["listen on a port"] = await listenAt({ port: 0, host: "0.0.0.0" });
	outcomes["listen on a unix socket of its own"] = await listenAt({ path: "/run/own.sock" });
	attempt("open a debugger's port", () => {
		inspector.open(0, "127.0.0.1");
		return inspector.url() === undefined ? "none" : "REACHED";
	});
};

const start = async () => {
	outcomes["start a shell"] = await startOf("/bin/sh", ["-c", "true"]);
	outcomes["start workerd again"] = await startOf("/bin/workerd", ["-e", "0"]);
	outcomes["start the loader with a file of its own"] = await startOf(scene.loader, ["/run/kept"]);
	attempt("start a program and wait for it", () => {
		const { error, status } = spawnSync("/bin/workerd", ["-e", "0"]);
		return error === undefined ? `REACHED ${status}` : codeOf(error);
	});
	outcomes["fork"] = await settle((end) => {
		const child = fork("/run/kept", { stdio: ["inherit", "inherit", "inherit", "ipc"] });
		child.on("error", (error) => end(codeOf(error)));
		child.on("spawn", () => {
			child.kill("SIGKILL");
			end("REACHED");
		});
	});
	attempt("load a library of its own", () => process.dlopen({ exports: {} }, "/run/kept"));
	attempt("signal a process of the host", () => void process.kill(scene.hostPid, 0));
	attempt("kill a process of the host", () => void process.kill(scene.hostPid, "SIGKILL"));
	attempt("start a debugger in another process", () => void process._debugProcess(scene.hostPid));
	attempt("raise its own priority", () => os.setPriority(-20));
	attempt("raise another's priority", () => os.setPriority(scene.hostPid, 19));
	attempt("its priority", () => os.getPriority());
	attempt("open more files than it may", () => {
		const opened = [];
		try {
			for (let index = 0; index < 1_000; index += 1) opened.push(fs.openSync("/executor/config.capnp", "r"));
		} finally {
			for (const each of opened) fs.closeSync(each);
		}
	});
};

const main = async () => {
	look();
	write();
	await reach();
	await start();
	process.stdout.write(JSON.stringify(outcomes), () => process.exit(0));
};
void main();
