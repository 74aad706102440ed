/*
 * N09 Makes stubs of its own objects, disposes of them twice, uses them after that, and hands them out
 * wall: boundary
 * ends: result_not_serializable
 */
export default async (input, env) => {
	const name = ["cloudflare", "workers"].join(":");
	const { RpcStub, RpcTarget } = await import(name);
	let called = 0;
	class Target extends RpcTarget {
		touch() {
			called += 1;
			return new RpcStub(() => this);
		}
	}
	const stub = new RpcStub(new Target());
	const codes = [];
	for (const value of [stub, stub.touch, stub.touch(), new RpcStub(() => 1), new RpcStub({ a: 1 })]) {
		codes.push(await env.files.writeJson("/workspace/output/a", value).catch((error) => error.code));
	}
	if (codes.some((code) => code !== "invalid_arguments")) throw new Error(`ESCAPED ${codes}`);
	const copy = stub.dup();
	for (const end of [() => stub[Symbol.dispose](), () => stub[Symbol.dispose](), () => copy.touch(), () => copy[Symbol.dispose]()]) {
		try {
			await end();
		} catch {
			// Disposed.
		}
	}
	return { stub, called };
};
