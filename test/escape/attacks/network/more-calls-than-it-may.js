/*
 * X15 Fetches two hundred times at once where it may twenty times
 * wall: budget
 * ends: returns [20,180]
 * limits: { "wallMs": 25000, "calls": 20, "cpuMs": 2000 }
 */
export default async (input, env) => {
	const said = await Promise.all(Array.from({ length: 200 }, (_, index) => env.web.fetch(`http://${input.upstream}/flood/${index}`).then(() => "done", (e) => e.code)));
	return [said.filter((each) => each === "done").length, said.filter((each) => each === "calls_exceeded").length];
};
