import { type Adapter, GIVEN, loadPeer, withPatience } from "../adapter.ts";

interface Vm2 {
	VM: new (options: object) => { run(code: string): unknown };
}

export const adapter: Adapter = {
	name: "vm2",
	setting: "new VM, timeout, no eval, no Wasm; negative control",
	async run(body) {
		const { VM } = loadPeer<Vm2>("vm2");
		const vm = new VM({ timeout: GIVEN.timeoutMs, eval: false, wasm: false });
		const work = async () => ({ kind: "returned" as const, value: await vm.run(`(async () => { ${body} })()`) });
		return await withPatience(work(), 3 * GIVEN.timeoutMs);
	},
};
