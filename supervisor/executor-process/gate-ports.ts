import type { CallPort, ImportPort } from "../../worker/executor/carry-out.ts";

type Back = Pick<Fetcher, "fetch">;

const authorized = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

const open = async (back: Back, token: string, path: string): Promise<ReadableStream<Uint8Array> | null> => {
	const response = await back.fetch(`http://gate${path}`, { headers: authorized(token) });
	return response.ok ? response.body : null;
};

const save = async (back: Back, token: string, path: string, image: ReadableStream<Uint8Array>, bytes: number): Promise<boolean> => {
	const body = image.pipeThrough(new FixedLengthStream(bytes));
	const response = await back.fetch(`http://gate${path}`, { method: "PUT", headers: authorized(token), body });
	return response.ok;
};

/** The gate's socket for one call of one attempt. */
export const callPort = (back: Back, token: string, callId: string): CallPort => {
	const at = (path: string): string => `${path}?call=${encodeURIComponent(callId)}`;
	return {
		openImage: () => open(back, token, at("/image")),
		saveImage: (image, bytes) => save(back, token, at("/image"), image, bytes),
		finish: async (answer) => {
			const response = await back.fetch(`http://gate${at("/finish")}`, { method: "POST", headers: authorized(token), body: answer });
			return await response.text();
		},
	};
};

/** The gate's socket for one import. */
export const importPort = (back: Back, token: string): ImportPort => ({
	openSource: () => open(back, token, "/import/source"),
	openBase: () => open(back, token, "/import/base"),
	saveImage: (image, bytes) => save(back, token, "/import/image", image, bytes),
});
