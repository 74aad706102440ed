/*
 * C16 Returns live things of the runtime
 * wall: boundary
 * ends: result_not_serializable
 */
export default async () => {
	return [new Headers(), new Blob([]), new AbortController().signal, new ReadableStream()];
};
