const BLOCK_BYTES = 64 * 1024;

/**
 * A file in memory, in blocks that are copied when they are first written: a draft of a dataset shares every page that it does not change, and
 * nothing ever grows by copying the whole. Whoever writes holds the bound: `ownBytes` is what this file has beyond the one it was forked from.
 */
export class PagedFile {
	readonly #blocks: Uint8Array[] = [];
	/** Which blocks may be written in place, and which count as this file's own. */
	readonly #writable: boolean[] = [];
	readonly #own: boolean[] = [];
	#size = 0;
	#ownBlocks = 0;

	get size(): number {
		return this.#size;
	}

	get ownBytes(): number {
		return this.#ownBlocks * BLOCK_BYTES;
	}

	/** Own bytes that this write would add. */
	growthOf(offset: number, bytes: number): number {
		let blocks = 0;
		for (let index = Math.floor(offset / BLOCK_BYTES); index * BLOCK_BYTES < offset + bytes; index += 1)
			if (this.#own[index] !== true) blocks += 1;
		return blocks * BLOCK_BYTES;
	}

	/** Fills `into` from the offset, with zeros past the end. @returns whether all of it lay within the file */
	read(into: Uint8Array, offset: number): boolean {
		const available = Math.max(0, Math.min(into.length, this.#size - offset));
		for (let done = 0; done < available; ) {
			const at = (offset + done) % BLOCK_BYTES;
			const length = Math.min(BLOCK_BYTES - at, available - done);
			const block = this.#blocks[Math.floor((offset + done) / BLOCK_BYTES)];
			if (block === undefined) into.fill(0, done, done + length);
			else into.set(block.subarray(at, at + length), done);
			done += length;
		}
		if (available === into.length) return true;
		into.fill(0, available);
		return false;
	}

	write(from: Uint8Array, offset: number): void {
		for (let done = 0; done < from.length; ) {
			const at = (offset + done) % BLOCK_BYTES;
			const length = Math.min(BLOCK_BYTES - at, from.length - done);
			this.#blockToWrite(Math.floor((offset + done) / BLOCK_BYTES)).set(from.subarray(done, done + length), at);
			done += length;
		}
		this.#size = Math.max(this.#size, offset + from.length);
	}

	truncate(size: number): void {
		if (size >= this.#size) return;
		this.#size = size;
		const keep = Math.ceil(size / BLOCK_BYTES);
		for (let index = keep; index < this.#blocks.length; index += 1) if (this.#own[index] === true) this.#ownBlocks -= 1;
		for (const list of [this.#blocks, this.#writable, this.#own]) if (list.length > keep) list.length = keep;
		const tail = size % BLOCK_BYTES;
		if (tail > 0 && this.#blocks[keep - 1] !== undefined) this.#blockToWrite(keep - 1).fill(0, tail);
	}

	/** A file of the same content that shares all blocks and owns none. */
	fork(): PagedFile {
		const child = this.snapshot();
		child.#own.length = 0;
		child.#ownBlocks = 0;
		return child;
	}

	/** A file of the same content and the same account, to go back to. Both copy a block before they write it. */
	snapshot(): PagedFile {
		const child = new PagedFile();
		for (const [index, block] of this.#blocks.entries()) {
			child.#blocks[index] = block;
			if (this.#own[index] === true) child.#own[index] = true;
		}
		this.#writable.length = 0;
		child.#size = this.#size;
		child.#ownBlocks = this.#ownBlocks;
		return child;
	}

	/** The content as a byte stream, block by block; the file must not be written meanwhile. */
	stream(): ReadableStream<Uint8Array> {
		let offset = 0;
		return new ReadableStream({
			type: "bytes",
			pull: (controller) => {
				const chunk = new Uint8Array(Math.min(BLOCK_BYTES, this.#size - offset));
				if (chunk.length > 0) {
					this.read(chunk, offset);
					offset += chunk.length;
					controller.enqueue(chunk);
				}
				if (offset >= this.#size) controller.close();
			},
		});
	}

	#blockToWrite(index: number): Uint8Array {
		const present = this.#blocks[index];
		if (present !== undefined && this.#writable[index] === true) return present;
		const block = present === undefined ? new Uint8Array(BLOCK_BYTES) : present.slice();
		this.#blocks[index] = block;
		this.#writable[index] = true;
		if (this.#own[index] !== true) {
			this.#own[index] = true;
			this.#ownBlocks += 1;
		}
		return block;
	}
}
