/** The store of blobs, in memory, as far as ended runs use it. */
export class SimStore {
	readonly blobs = new Map<string, string>();
	/** Asked before each write; @throws what the store does not take */
	fate: () => Promise<void> = async () => {};

	asBucket(): R2Bucket {
		return Object.assign(Object.create(null), {
			put: async (key: string, value: string | Uint8Array) => {
				await this.fate();
				this.blobs.set(key, typeof value === "string" ? value : "bytes");
			},
			delete: async (keys: string | readonly string[]) => {
				await this.fate();
				for (const key of typeof keys === "string" ? [keys] : keys) this.blobs.delete(key);
			},
		});
	}
}
