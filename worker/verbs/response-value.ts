/**
 * What an http call gives as its value: the gate encodes it as the `$response` tag (docs/design/values.md), of which the harness makes a `Response`.
 * Only outcomes of `http.fetch` are read so: a file's JSON may hold an object that looks the same and is only data.
 * `status` is 200 to 599; `body` is "" where the status or the method allows none (204, 205, 304, HEAD).
 */
export interface ResponseValue {
	readonly $response: {
		readonly status: number;
		/** The address that answered, after redirects, without a fragment. */
		readonly url: string;
		readonly headers: readonly (readonly [name: string, value: string])[];
		/** Text when the content type is text and the bytes are UTF-8, else bytes. */
		readonly body: string | Uint8Array;
	};
}

export const responseValue = (response: ResponseValue["$response"]): ResponseValue => ({ $response: response });
