import type { Content, HostContents } from "../../../worker/verbs/verb.ts";

const collect = async (body: ReadableStream<Uint8Array> | Uint8Array): Promise<Uint8Array<ArrayBuffer>> =>
	new Uint8Array(await new Response(body instanceof Uint8Array ? new Blob([new Uint8Array(body)]).stream() : body).arrayBuffer());

/** A run's contents on the host, in memory. */
export class MemoryContents implements HostContents {
	readonly handles = new Map<string, { type: string; bytes: Uint8Array<ArrayBuffer> }>();
	readonly files = new Map<string, { type: string; bytes: Uint8Array<ArrayBuffer> }>();

	async store(body: ReadableStream<Uint8Array> | Uint8Array, as: { type: string; mostBytes: number }) {
		const bytes = await collect(body);
		if (bytes.byteLength > as.mostBytes)
			return { kind: "too_large" as const, message: `it has more than ${as.mostBytes} bytes, the most that may be kept` };
		const handle = `hdl_${this.handles.size + 1}`;
		this.handles.set(handle, { type: as.type, bytes });
		return { kind: "stored" as const, handle: { handle, bytes: bytes.byteLength, type: as.type } };
	}

	async open(handle: string): Promise<Content | null> {
		return contentOf(this.handles.get(handle));
	}

	async openFile(path: string): Promise<Content | null> {
		return contentOf(this.files.get(path));
	}

	async openRange(path: string, offset: number, length: number): Promise<Content | null> {
		const file = this.files.get(path);
		return file === undefined ? null : contentOf({ ...file, bytes: file.bytes.slice(offset, offset + length) });
	}

	async keepAsFile(path: string, handle: string): Promise<"written" | "no_handle"> {
		const content = this.handles.get(handle);
		if (content === undefined) return "no_handle";
		this.files.set(path, content);
		return "written";
	}
}

const contentOf = (stored: { type: string; bytes: Uint8Array<ArrayBuffer> } | undefined): Content | null =>
	stored === undefined ? null : { bytes: stored.bytes.byteLength, type: stored.type, body: new Blob([stored.bytes]).stream() };
