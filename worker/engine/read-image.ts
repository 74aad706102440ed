import { LIMITS } from "../../contract/limits.ts";
import type { EngineRefusal } from "./engine-protocol.ts";
import { PagedFile } from "./paged-file.ts";
import { refuse } from "./run-statement.ts";

const MAGIC = new TextEncoder().encode("SQLite format 3\0");
const HEADER_BYTES = 100;

export type ReadImage = { kind: "image"; file: PagedFile } | EngineRefusal;

/**
 * Reads a SQLite image of a bounded size and checks its header. An image that was left in write-ahead mode is read as it is: what lay in its log is
 * not part of it.
 * @param bytes how many there must be; left out for a source of unknown length
 */
export const readImage = async (source: ReadableStream<Uint8Array>, bytes?: number): Promise<ReadImage> => {
	const file = new PagedFile();
	for await (const chunk of source) {
		if (file.size + chunk.length > LIMITS.datasetBytes)
			return refuse(
				"payload_too_large",
				`Reading a database: found more than ${LIMITS.datasetBytes} bytes, wanted at most that (datasetBytes).`,
			);
		file.write(chunk, file.size);
	}
	if (bytes !== undefined && file.size !== bytes)
		return refuse("invalid_arguments", `Reading a database: found ${file.size} bytes, wanted ${bytes}.`);
	const header = new Uint8Array(HEADER_BYTES);
	const whole = file.read(header, 0);
	if (!whole || MAGIC.some((byte, index) => header[index] !== byte))
		return refuse("invalid_arguments", "Reading a database: found no SQLite header, wanted a SQLite 3 file.");
	const stored = (header[16] ?? 0) * 256 + (header[17] ?? 0);
	const pageBytes = stored === 1 ? 65_536 : stored;
	if (file.size % pageBytes !== 0)
		return refuse("invalid_arguments", `Reading a database: found ${file.size} bytes, wanted a multiple of its pages of ${pageBytes}.`);
	if (header[18] === 2) file.write(new Uint8Array([1, 1]), 18);
	return { kind: "image", file };
};
