import { z } from "zod";
import { LIMITS } from "../../contract/limits.ts";
import type { Shortage } from "./budget-state.ts";
import type { LeaseAnswer, LeaseAsk, SliceAck, SliceReport } from "./lease-messages.ts";
import { addShares, isNothing, pickShare, Share, shareOf } from "./share.ts";
import { closeSlice, holdFromSlice, isDone, reportOf, Slice, settleInSlice, unusedSlice } from "./slice.ts";

/** All slices of one holder: one that is held from, at most; those that are over and not told to the end; and what was asked for and not answered. */
export const AgentSlices = z.strictObject({
	next: z.int(),
	asked: z.strictObject({ n: z.int(), want: Share, wish: Share }).nullable(),
	open: Slice.nullable(),
	closing: z.array(Slice),
	/** What the slice before used, doubled: what the next is to have beside what is wanted. */
	wish: Share,
	/** When reports of slices that are over are to be sent by themselves; null: nothing waits. */
	reportAtMs: z.number().nullable(),
	/** The tenant's, as the last lease told it. */
	timeZone: z.string(),
});
export type AgentSlices = z.infer<typeof AgentSlices>;

export const NO_SLICES: AgentSlices = { next: 1, asked: null, open: null, closing: [], wish: {}, reportAtMs: null, timeZone: "UTC" };

/** Holds an amount in the open slice. Null: a slice must be leased first. @returns the slice's number, which the hold keeps */
export const holdInSlices = (slices: AgentSlices, amount: Share, nowMs: number): { slices: AgentSlices; n: number } | null => {
	const open = slices.open === null ? null : holdFromSlice(slices.open, amount, nowMs);
	return open === null ? null : { slices: { ...slices, open }, n: open.n };
};

/** Settles what was held in a slice, open or over. @param amount what was held; @param charged at most that much */
export const settleInSlices = (slices: AgentSlices, n: number, amount: Share, charged: Share, nowMs: number): AgentSlices => {
	if (slices.open?.n === n) return { ...slices, open: settleInSlice(slices.open, amount, charged) };
	const closing = slices.closing.map((slice) => (slice.n === n ? settleInSlice(slice, amount, charged) : slice));
	return remindOf({ ...slices, closing }, nowMs);
};

/** Holds nothing more from the open slice: what is free of it goes back with the next message. */
export const closeOpen = (slices: AgentSlices, nowMs: number): AgentSlices => {
	if (slices.open === null) return slices;
	const { open } = slices;
	const used = addShares(pickShare(open.settled, open.limited), open.held);
	const wish = shareOf((dimension) => 2 * (used[dimension] ?? 0));
	return remindOf({ ...slices, open: null, wish, closing: [...slices.closing, closeSlice(open)] }, nowMs);
};

/** Gives back a slice that the tenant's object asks for: the open one is closed; one whose answer never came is told as unused, and its answer comes too late. */
export const giveBackSlice = (slices: AgentSlices, n: number, nowMs: number): AgentSlices => {
	if (slices.open?.n === n) return closeOpen(slices, nowMs);
	if (slices.asked?.n !== n) return slices;
	return remindOf({ ...slices, asked: null, closing: [...slices.closing, unusedSlice(n)] }, nowMs);
};

const expireOpen = (slices: AgentSlices, nowMs: number): AgentSlices =>
	slices.open !== null && slices.open.untilMs <= nowMs ? closeOpen(slices, nowMs) : slices;

/**
 * The ask for an amount that the open slice does not have, which is given back by it. While one is not answered, the same goes out again.
 * Null: too many slices are not told to the end; nothing more is held until they are.
 */
export const askForSlice = (
	before: AgentSlices,
	holder: string,
	amount: Share,
	nowMs: number,
): { slices: AgentSlices; ask: LeaseAsk } | null => {
	if (before.asked === null && before.closing.length >= LIMITS.slicesPerAgent) return null;
	const closed = closeOpen(before, nowMs);
	const asked = closed.asked ?? { n: closed.next, want: amount, wish: wishFor(closed, amount) };
	const slices = { ...closed, asked, next: Math.max(closed.next, asked.n + 1) };
	return { slices, ask: { holder, ...asked, reports: reportsOf(slices) } };
};

const wishFor = ({ wish }: AgentSlices, want: Share): Share =>
	shareOf((dimension) => {
		const isCounted = dimension === "runs" || dimension === "calls";
		const times = isCounted ? LIMITS.sliceTimes.counted : LIMITS.sliceTimes.measured;
		return Math.max(wish[dimension] ?? 0, times * (want[dimension] ?? 0));
	});

/**
 * Takes the answer to an ask. One that comes late, or twice, only tells what is known of older slices.
 * @param sentAtMs when the ask was sent, by the holder's clock: the slice's time runs from then, so it ends before the tenant's object takes it for ended
 */
export const takeAnswer = (
	before: AgentSlices,
	answer: LeaseAnswer,
	sentAtMs: number,
	nowMs: number,
): { slices: AgentSlices; shortage: Shortage | null } => {
	const slices = takeAcks(before, answer.acks, nowMs);
	const n = answer.kind === "leased" ? answer.slice.n : answer.n;
	if (slices.asked?.n !== n) return { slices, shortage: null };
	switch (answer.kind) {
		case "short":
			return { slices: { ...slices, asked: null }, shortage: answer.shortage };
		case "gone":
			return { slices: remindOf({ ...slices, asked: null, closing: [...slices.closing, unusedSlice(n)] }, nowMs), shortage: null };
		case "leased": {
			const { amount, limited, validForMs, scarce, timeZone } = answer.slice;
			const times = { fromMs: sentAtMs, untilMs: sentAtMs + validForMs, seenMs: nowMs };
			const fresh = { n, amount, limited: [...limited], settled: {}, held: {}, scarce, closed: false, revision: 0, acked: -1 };
			return { slices: { ...slices, timeZone, asked: null, open: { ...fresh, ...times } }, shortage: null };
		}
	}
};

/** What the holder's alarm does: closes an open slice whose time is over, and says which reports are to be sent now, if they are due. Without an answer they are due again after a while. */
export const sendReports = (before: AgentSlices, nowMs: number): { slices: AgentSlices; reports: SliceReport[] } => {
	const slices = expireOpen(before, nowMs);
	if (slices.reportAtMs === null || nowMs < slices.reportAtMs) return { slices, reports: [] };
	return { slices: { ...slices, reportAtMs: nowMs + LIMITS.sliceReportMs }, reports: reportsOf(slices) };
};

/** What the tenant's object is to know of slices that are over. */
export const reportsOf = ({ closing }: AgentSlices): SliceReport[] =>
	closing.filter(({ revision, acked }) => acked < revision).map(reportOf);

/** Forgets the slices of which the tenant's object knows the end. */
export const takeAcks = (slices: AgentSlices, acks: readonly SliceAck[], nowMs: number): AgentSlices => {
	if (acks.length === 0) return slices;
	const known = new Map(acks.map(({ n, revision }) => [n, revision]));
	const closing = slices.closing
		.map((slice) => ({ ...slice, acked: Math.max(slice.acked, known.get(slice.n) ?? slice.acked) }))
		.filter((slice) => !isDone(slice));
	return remindOf({ ...slices, closing, reportAtMs: null }, nowMs);
};

/** When the holder's alarm is to ring: the open slice's time is over, or reports wait; null: nothing does. */
export const slicesDueAtMs = ({ open, reportAtMs }: AgentSlices): number | null => {
	const times = [open?.untilMs ?? null, reportAtMs].filter((atMs) => atMs !== null);
	return times.length === 0 ? null : Math.min(...times);
};

/** Sets when reports are to go by themselves: soon where money is scarce. Those of slices that are held from still wait for the last hold, unless it lasts. */
const remindOf = (slices: AgentSlices, nowMs: number): AgentSlices => {
	const untold = slices.closing.filter(({ revision, acked }) => acked < revision);
	if (untold.length === 0) return { ...slices, reportAtMs: null };
	const isUrgent = untold.some(({ scarce, held }) => scarce && isNothing(held));
	const atMs = nowMs + (isUrgent ? 0 : LIMITS.sliceReportMs);
	return { ...slices, reportAtMs: Math.min(slices.reportAtMs ?? atMs, atMs) };
};
