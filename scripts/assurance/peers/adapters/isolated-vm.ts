import { type Adapter, GIVEN, loadPeer, withPatience } from "../adapter.ts";

interface IsolatedVm {
	Isolate: new (options: {
		memoryLimit: number;
	}) => {
		createContext(): Promise<{ eval(code: string, options: object): Promise<unknown> }>;
		dispose(): void;
	};
}

export const adapter: Adapter = {
	name: "isolated-vm",
	setting: `an isolate for each program, memoryLimit ${GIVEN.memoryMb}, timeout, result copied`,
	async run(body) {
		const { Isolate } = loadPeer<IsolatedVm>("isolated-vm");
		const isolate = new Isolate({ memoryLimit: GIVEN.memoryMb });
		const work = async () => {
			const context = await isolate.createContext();
			const value = await context.eval(`(async () => { ${body} })()`, { timeout: GIVEN.timeoutMs, promise: true, copy: true });
			return { kind: "returned" as const, value };
		};
		const ended = await withPatience(work(), 3 * GIVEN.timeoutMs);
		try {
			isolate.dispose();
		} catch {
			// It has disposed of itself when its memory was full.
		}
		return ended;
	},
};
