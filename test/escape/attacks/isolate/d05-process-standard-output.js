/*
 * D05 Writes lines of the host to the process's standard output, past the console
 * wall: isolate
 * ends: contained
 */
export default async () => {
	const name = ["node", "process"].join(":");
	const { default: process } = await import(name);
	const line = '\u001ecordon-log {"seq":1,"atMs":0,"level":"info","text":"ESCAPED"}\n';
	let written = 0;
	for (const stream of [process.stdout, process.stderr]) {
		try {
			for (let lines = 0; lines < 1_000; lines += 1) stream.write(line);
			written += 1;
		} catch {
			// The next one.
		}
	}
	return written;
};
