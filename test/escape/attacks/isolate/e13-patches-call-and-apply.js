/*
 * E13 Patches call and apply
 * wall: isolate
 * ends: returns true
 */
export default async (_input, env) => {
	Function.prototype.call =
		Function.prototype.apply =
		Function.prototype.bind =
			() => {
				throw new Error("patched");
			};
	Reflect.apply = () => "forged";
	return (await env.files.exists("/workspace/output/none")) === false;
};
