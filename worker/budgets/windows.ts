/** The windows in which an agent's spending is added up, in UTC. `lifetime` never resets. */
export const WINDOW_KINDS = ["hour", "day", "month", "lifetime"] as const;
export type WindowKind = (typeof WINDOW_KINDS)[number];

/** Start of the window that holds a moment, epoch milliseconds; 0 for `lifetime`. It names the window. */
export const windowStart = (kind: WindowKind, atMs: number): number => {
	const at = new Date(atMs);
	switch (kind) {
		case "hour":
			return Math.floor(atMs / 3_600_000) * 3_600_000;
		case "day":
			return Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate());
		case "month":
			return Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1);
		case "lifetime":
			return 0;
	}
};

/** When the window that holds a moment ends, epoch milliseconds; null for `lifetime`. */
export const windowReset = (kind: WindowKind, atMs: number): number | null => {
	const start = windowStart(kind, atMs);
	switch (kind) {
		case "hour":
			return start + 3_600_000;
		case "day":
			return start + 86_400_000;
		case "month": {
			const from = new Date(start);
			return Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1);
		}
		case "lifetime":
			return null;
	}
};
