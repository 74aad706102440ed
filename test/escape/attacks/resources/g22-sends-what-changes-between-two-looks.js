/*
 * G22 Sends arguments that change between the look of the policy and the act
 * wall: grants
 * ends: returns ["file_denied", "file_denied"]
 */
export default async (_input, env) => {
	let looks = 0;
	const path = { toString: () => ((looks += 1) < 2 ? "/workspace/output/a" : "/workspace/input/a") };
	const codes = [];
	for (const argument of [`${path}`.replace("output", "input"), "/workspace/output/../input/a"])
		codes.push(await env.files.writeText(argument, "x").then(() => "ESCAPED", (error) => error.code));
	return codes;
};
