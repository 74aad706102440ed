import { type EngineLoader, type EngineStub, endEngine, kindOf } from "./engine-loader.ts";

/** A dataset's image: the same id is the same bytes. */
export interface EngineImage {
	readonly id: string;
	readonly bytes: number;
	/** Null when it is gone. */
	open(): Promise<ReadableStream<Uint8Array> | null>;
}

/** An engine that has its image. `loading` gives the kind of what loading answered, null when there was nothing to load. */
interface Standing {
	readonly name: string;
	/** Who loads it: only for them is it worth waiting. What another left half done is never finished. */
	readonly owner: string;
	readonly loading: Promise<string | null>;
	isLoaded: boolean;
	/** Calls that ask it now. A call that is cut off counts for ever: its engine is then ended with its process. */
	users: number;
}

/**
 * Engines that keep their datasets from one run to the next, by the image's id. An engine here is only ever read: what it holds is what its id says, so
 * calls may share it at once.
 */
export class EngineShelf {
	readonly #loader: EngineLoader;
	readonly #most: number | null;
	/** Least recently used first. */
	readonly #standing = new Map<string, Standing>();
	#made = 0;

	/** @param most engines kept; null where the platform ends idle isolates itself */
	constructor(loader: EngineLoader, most: number | null) {
		this.#loader = loader;
		this.#most = most;
	}

	/**
	 * Asks the engine with the image in it. Calls of one owner that come at once load it once. An engine that breaks is not used again.
	 * @returns null when the image is gone or is no database
	 */
	async use<Answer>(image: EngineImage, owner: string, ask: (engine: EngineStub) => Promise<Answer>): Promise<Answer | null> {
		const standing = await this.#stand(image, owner);
		standing.users += 1;
		try {
			if (await this.#isReady(standing)) return await ask(this.#loader.named(standing.name));
			this.#forget(image.id, standing);
			return null;
		} catch (error) {
			this.#forget(image.id, standing);
			throw error;
		} finally {
			standing.users -= 1;
		}
	}

	async #stand(image: EngineImage, owner: string): Promise<Standing> {
		const known = this.#standing.get(image.id);
		const usable = known !== undefined && (known.isLoaded || known.owner === owner);
		const standing = usable ? known : this.#make(image, owner);
		this.#standing.delete(image.id);
		this.#standing.set(image.id, standing);
		if (!usable) await this.#makeRoom(standing);
		return standing;
	}

	async #isReady(standing: Standing): Promise<boolean> {
		standing.isLoaded ||= (await standing.loading) === "loaded";
		return standing.isLoaded;
	}

	#forget(imageId: string, standing: Standing): void {
		if (this.#standing.get(imageId) === standing) this.#standing.delete(imageId);
	}

	#make(image: EngineImage, owner: string): Standing {
		this.#made += 1;
		const name = `${image.id}#${this.#made}`;
		return { name, owner, isLoaded: false, users: 0, loading: this.#load(name, image) };
	}

	async #load(name: string, image: EngineImage): Promise<string | null> {
		const engine = this.#loader.named(name);
		if (await engine.loaded()) return "loaded";
		const body = await image.open();
		return body === null ? null : kindOf(await engine.load(body, image.bytes));
	}

	async #makeRoom(wanted: Standing): Promise<void> {
		for (const [id, standing] of this.#standing) {
			if (this.#most === null || this.#standing.size <= this.#most) return;
			if (standing.users > 0 || standing === wanted) continue;
			this.#standing.delete(id);
			await endEngine(this.#loader.named(standing.name));
		}
	}
}
