/*
 * F08 Guesses the sockets, folders, devices and files of the machine it runs on
 * wall: grants
 * covers: F09
 * ends: returns ["file_denied"]
 * limits: { "cpuMs": 3000, "wallMs": 25000 }
 */
const PATHS =
	"/tmp /run /run/gate.sock /executor/config.capnp /bin/workerd /proc/1/environ /proc/self/maps /proc/self/fd/3 /sys/kernel /dev/shm /root/.ssh/id_rsa /home /var/run/docker.sock /.cordon/key /proc/self/environ /etc/passwd /workspace/../etc/passwd".split(
		" ",
	);
export default async (input, env) => {
	const codes = new Set();
	const tries = PATHS.flatMap((path) => [env.files.readText(path), env.files.stat(path), env.files.list(path)]);
	for (const each of await Promise.allSettled(tries)) codes.add(each.status === "fulfilled" ? "ESCAPED" : each.reason.code);
	return [...codes];
};
