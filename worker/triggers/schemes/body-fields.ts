/** An own property of a body that may be anything. */
export const fieldOf = (body: unknown, name: string): unknown =>
	typeof body === "object" && body !== null ? Object.getOwnPropertyDescriptor(body, name)?.value : undefined;

/** The same where only text counts; "" otherwise. */
export const textOf = (body: unknown, name: string): string => {
	const value = fieldOf(body, name);
	return typeof value === "string" ? value : "";
};
