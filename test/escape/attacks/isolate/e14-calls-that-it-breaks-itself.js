/*
 * E14 Breaks the way in which the harness calls the gate, so that its calls have no answer and it is taken for cut off
 * wall: boundary
 * ends: returns false
 */
export default async (input, env) => {
	Object.prototype.call = undefined;
	const answer = await env.files.exists("/workspace/output/none");
	delete Object.prototype.call;
	return answer;
};
