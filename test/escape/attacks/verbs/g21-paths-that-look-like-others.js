/*
 * G21 Names files by every spelling of a path that leads out of what is mounted
 * wall: grants
 * ends: returns []
 * limits: { "cpuMs": 3000, "wallMs": 25000 }
 */
const PATHS = [
	"/workspace/output/../input/x",
	"/workspace/output/..",
	"/workspace/output/.",
	"/workspace/output/",
	"/workspace/output//x",
	"/workspace/output/x/../../../etc/passwd",
	"/workspace/output\u2215..\u2215etc",
	"/workspace/output/e\u0301",
	"/workspace/output/\ud800",
	"/workspace/output/a\nb",
	"/workspace/output/a\u2028b",
	"/workspace/output/a\u0000b",
	"\\workspace\\output\\x",
	"C:\\workspace\\output",
	"~/x",
	"file:///workspace/output/x",
	"/workspace/outputx",
	"/workspace/OUTPUT/x",
	"/workspace/output\u200b/x",
	"/\u0077orkspace /output/x",
	"//server/share",
	"/proc/self/root/workspace/output/x",
	"/dev/stdin",
	`/workspace/output/${"x".repeat(65_536)}`,
	`/workspace/output/${"é".repeat(200)}`,
	`/workspace/output${"/x".repeat(5_000)}`,
	"",
	" ",
	".",
];
export default async (input, env) => {
	const wrote = await Promise.all(
		PATHS.map((path) =>
			env.files.writeText(path, "x").then(
				() => [path.slice(0, 60)],
				(error) => (["file_denied", "invalid_arguments"].includes(error.code) ? [] : [`${path.slice(0, 60)} ${error.code}`]),
			),
		),
	);
	return wrote.flat();
};
