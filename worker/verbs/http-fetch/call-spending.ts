/** What a call has sent so far, against what was held for it. */
export interface CallSpending {
	sentBytes(): number;
	/** Counts bytes that are about to leave; false, and nothing counted, when they would pass what was held. */
	spend(bytes: number): boolean;
}

export const startSpending = (worstBytes: number): CallSpending => {
	let sent = 0;
	return {
		sentBytes: () => sent,
		spend: (bytes) => {
			if (sent + bytes > worstBytes) return false;
			sent += bytes;
			return true;
		},
	};
};
