/*
 * E07 Ends, signals and reads the process, where the runtime lets it import one
 * wall: isolate
 * ends: contained
 */
export default async () => {
	const name = ["node", "process"].join(":");
	const { default: process } = await import(name);
	const got = [];
	const tries = [
		() => process.kill(1, 9),
		() => process.kill(process.ppid, "SIGKILL"),
		() => process.binding("fs"),
		() => process._linkedBinding("fs"),
		() => process.dlopen({ exports: {} }, "/lib/x86_64-linux-gnu/libc.so.6"),
		() => process.chdir("/proc"),
		() => process.setuid(0),
		() => process.loadEnvFile("/etc/environment"),
		() => process.execve("/bin/sh", []),
		() => process.getBuiltinModule("node:fs").readFileSync("/etc/passwd"),
	];
	for (const attempt of tries) {
		try {
			got.push(`ESCAPED ${attempt()}`);
		} catch (error) {
			got.push(error.name);
		}
	}
	if (Object.keys(process.env ?? {}).length > 0) got.push("ESCAPED env");
	if ((process.argv ?? []).some((text) => /executor|config/.test(text))) got.push("ESCAPED argv");
	return got;
};
