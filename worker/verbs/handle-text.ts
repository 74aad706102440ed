import { isId } from "../../contract/ids.ts";

const HANDLE_CHARS = 30;

/** Whether content, as text or as its bytes, is nothing but a handle's id: whoever gives it meant what the handle stands for. */
export const isHandleText = (content: string | Uint8Array): boolean =>
	content.length === HANDLE_CHARS && isId("hdl", typeof content === "string" ? content : new TextDecoder().decode(content));

/** What is wanted instead, for a message. */
export const HANDLE_WANTED = "the handle itself, not its text";
