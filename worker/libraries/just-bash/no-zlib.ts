/** Stands in for Node's zlib, which an isolate does not have: the shell's gzip, gunzip, zcat and compressed archives say so when they are used. */
const refuse = (): never => {
	throw new Error("gzip: compression is not available in this shell; wanted files that are not compressed.");
};

export const gunzipSync = refuse;
export const gzipSync = refuse;
export const constants = { Z_BEST_COMPRESSION: 9, Z_BEST_SPEED: 1, Z_DEFAULT_COMPRESSION: -1 };
