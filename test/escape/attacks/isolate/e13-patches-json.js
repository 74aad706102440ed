/*
 * E13 Patches JSON
 * wall: isolate
 * ends: returns true
 */
export default async (_input, env) => {
	JSON.parse = () => ({ kind: "value", value: '"forged"' });
	JSON.stringify = () => '{"forged":1}';
	return (await env.files.exists("/workspace/output/none")) === false;
};
