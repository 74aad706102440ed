/** A form as the body of a request or a response, with a boundary from the run's seed: the runtime's own is drawn by chance. */
import { charCodeAt, setOwn, slice } from "./primordials.js";
import { describeFile, formEntries, makeBlob } from "./web.js";

const BOUNDARY_BYTES = 16;

/** A name in a part's header (RFC 7578; the HTML standard's escapes). @param {string} name */
const escapeName = (name) => {
	let text = "";
	let start = 0;
	for (let index = 0; index < name.length; index += 1) {
		const code = charCodeAt(name, index);
		const escaped = code === 34 ? "%22" : code === 10 ? "%0A" : code === 13 ? "%0D" : "";
		if (escaped === "") continue;
		text += slice(name, start, index) + escaped;
		start = index + 1;
	}
	return text + slice(name, start);
};

/**
 * The body that stands for a form: multipart bytes, and the type that names their boundary. Anything else is given back as it is.
 * @param {unknown} body
 * @param {import("./random.js").Random} random
 * @returns {unknown}
 */
export const encodeForm = (body, random) => {
	if (typeof body !== "object" || body === null) return body;
	const entries = formEntries(body);
	if (entries === null) return body;
	const boundary = random.hex(BOUNDARY_BYTES);
	/** @type {unknown[]} */
	const parts = [];
	let text = "";
	for (let index = 0; index < entries.length; index += 1) {
		const { name, value } = entries[index] ?? { name: "", value: "" };
		text += `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"`;
		if (typeof value === "string") {
			text += `\r\n\r\n${value}\r\n`;
			continue;
		}
		const file = describeFile(value);
		const type = file.type === "" ? "application/octet-stream" : file.type;
		setOwn(parts, parts.length, `${text}; filename="${escapeName(file.name)}"\r\nContent-Type: ${type}\r\n\r\n`);
		setOwn(parts, parts.length, value);
		text = "\r\n";
	}
	setOwn(parts, parts.length, `${text}--${boundary}--`);
	return makeBlob(parts, `multipart/form-data; boundary=${boundary}`);
};
