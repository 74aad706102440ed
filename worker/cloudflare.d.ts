/** What the entry module exports, as far as rooms reach it through `exports` of cloudflare:workers. */
declare namespace Cloudflare {
	interface GlobalProps {
		mainModule: {
			Gate: typeof import("./gate/gate-entrypoint.ts").Gate;
			RunStarter: typeof import("./runs/run-starter.ts").RunStarter;
			TickStarter: typeof import("./schedules/tick-starter.ts").TickStarter;
		};
	}
}
