/** Lets go of a body that nobody wants. Never waits for it. */
export const dropBody = (response: Response): void => {
	response.body?.cancel().catch(() => undefined);
};
