import type { RawRequest } from "../handler.ts";
import { type Arrival, beginArrival } from "./arriving-bodies.ts";
import { collectBytes, refuseCompressed, tooLarge } from "./collect-bytes.ts";
import type { RateLimit } from "./rate-limit.ts";

/** A raw request with what its end needs: whose it turned out to be, and what gives its room back. */
export interface OpenedRaw {
	readonly raw: RawRequest;
	isCounted(): boolean;
	close(): void;
}

/** Opens a request whose body its handler reads when it knows whose it is said to be. */
export const openRaw = (label: string, request: Request, mostBytes: number, limit: RateLimit): OpenedRaw => {
	let isCounted = false;
	let arrival: Arrival | null = null;
	return {
		raw: {
			headers: request.headers,
			read: async (tenantId) => {
				refuseCompressed(label, request.headers);
				if (Number(request.headers.get("content-length") ?? 0) > mostBytes) throw tooLarge(label, mostBytes);
				arrival = beginArrival(tenantId);
				const bytes = await collectBytes(label, request.body, mostBytes, arrival);
				arrival.arrived();
				return bytes;
			},
			countFor: (tenantId) => {
				isCounted = true;
				const { refusal } = limit.countTenant(label, tenantId, Date.now());
				if (refusal !== null) throw refusal;
			},
		},
		isCounted: () => isCounted,
		close: () => arrival?.over(),
	};
};
