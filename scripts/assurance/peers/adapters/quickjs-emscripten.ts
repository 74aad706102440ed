import { type Adapter, type Ended, GIVEN, loadPeer } from "../adapter.ts";

interface Handle {
	dispose(): void;
}
interface Result {
	readonly error?: Handle;
	readonly value?: Handle;
}
interface Context {
	readonly runtime: {
		setMemoryLimit(bytes: number): void;
		setMaxStackSize(bytes: number): void;
		setInterruptHandler(handler: () => boolean): void;
		executePendingJobs(most: number): Result;
		hasPendingJob(): boolean;
	};
	evalCode(code: string): Result;
	dump(handle: Handle): unknown;
	getPromiseState(handle: Handle): { type: "pending" | "fulfilled" | "rejected"; value?: Handle; error?: Handle };
}
interface QuickJs {
	getQuickJS(): Promise<{ newContext(): Context }>;
}

const MEBIBYTE = 1024 * 1024;
/** As in its own examples. */
const STACK_BYTES = 320 * 1024;

export const adapter: Adapter = {
	name: "quickjs-emscripten",
	setting: `a context for each program, memory limit ${GIVEN.memoryMb} MiB, stack limit, interrupt handler`,
	async run(body): Promise<Ended> {
		const context = (await loadPeer<QuickJs>("quickjs-emscripten").getQuickJS()).newContext();
		const { runtime } = context;
		runtime.setMemoryLimit(GIVEN.memoryMb * MEBIBYTE);
		runtime.setMaxStackSize(STACK_BYTES);
		const deadlineMs = Date.now() + GIVEN.timeoutMs;
		runtime.setInterruptHandler(() => Date.now() > deadlineMs);
		const evaluated = context.evalCode(`(async () => { ${body} })()`);
		if (evaluated.value === undefined) return { kind: "stopped", message: textOf(context, evaluated.error) };
		while (runtime.hasPendingJob() && Date.now() < deadlineMs) {
			const { error } = runtime.executePendingJobs(1_000);
			if (error !== undefined) return { kind: "stopped", message: textOf(context, error) };
		}
		const state = context.getPromiseState(evaluated.value);
		if (state.type === "pending") return { kind: "stopped", message: "pending at the deadline" };
		if (state.type === "rejected") return { kind: "stopped", message: textOf(context, state.error) };
		return { kind: "returned", value: state.value === undefined ? null : context.dump(state.value) };
	},
};

const textOf = (context: Context, error: Handle | undefined): string => (error === undefined ? "" : JSON.stringify(context.dump(error)));
