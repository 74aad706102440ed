/*
 * N02 Releases, tees, cancels and errors byte streams from within their own pulls
 * wall: isolate
 * ends: contained
 */
export default async () => {
	const said = [];
	for (const disturb of ["releaseLock", "cancel", "tee", "error", "close", "respond", "again"]) {
		let reader = null;
		let stream = null;
		const source = {
			type: "bytes",
			autoAllocateChunkSize: 64,
			pull(controller) {
				const request = controller.byobRequest;
				if (disturb === "releaseLock") reader.releaseLock();
				if (disturb === "cancel") reader.cancel().catch(() => undefined);
				if (disturb === "tee") stream.tee();
				if (disturb === "error") controller.error(new Error("e"));
				if (disturb === "close") controller.close();
				if (disturb === "respond") request?.respond(0);
				if (disturb === "again") reader.read(new Uint8Array(8)).catch(() => undefined);
				request?.view?.buffer?.transfer?.();
				request?.respondWithNewView?.(new Uint8Array(1));
				controller.enqueue(new Uint8Array(4));
			},
		};
		try {
			stream = new ReadableStream(source);
			reader = stream.getReader({ mode: "byob" });
			const { done } = await reader.read(new Uint8Array(32));
			said.push(`${disturb} ${done}`);
		} catch (error) {
			said.push(`${disturb} ${error.name}`);
		}
	}
	return said;
};
