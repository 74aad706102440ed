/*
 * E08 Aborts its isolate
 * wall: isolate
 * ends: program_threw | never_settled | wall_time_exceeded | result_not_serializable | invalid_program | cpu_exceeded
 */
export default async () => {
	const { abortIsolate } = await import(["cloudflare", "workers"].join(":"));
	abortIsolate("bye");
	return 1;
};
