import { crc32, deflateRawSync } from "node:zlib";
import { CFB, utils, write } from "@e965/xlsx";
import { LIMITS } from "../../contract/limits.ts";

/** A workbook of some KiB whose one sheet unfolds to more than is read of one. */
export const workbookBomb = (): Uint8Array<ArrayBuffer> => {
	const row = '<row><c t="inlineStr"><is><t>a</t></is></c></row>';
	const rows = row.repeat(LIMITS.workbookBytes.unfolded / row.length + 1);
	const sheet = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${rows}</sheetData></worksheet>`;
	const honest = CFB.read(write({ SheetNames: ["t"], Sheets: { t: utils.aoa_to_sheet([["a"]]) } }, { type: "buffer", bookType: "xlsx" }), {
		type: "buffer",
	});
	const files = honest.FileIndex.flatMap((entry: { size: number; content: Iterable<number> }, index: number) => {
		const name = (honest.FullPaths[index] ?? "").replace(/^Root Entry\//, "");
		if (entry.size === 0 || name === "") return [];
		return [{ name, content: name.endsWith("sheet1.xml") ? Buffer.from(sheet) : Buffer.from([...entry.content]) }];
	});
	return zip(files);
};

/** APPNOTE.TXT 4.3: local headers with their data, the central directory, its end. */
const zip = (files: readonly { name: string; content: Buffer }[]): Uint8Array<ArrayBuffer> => {
	const parts: Buffer[] = [];
	const directory: Buffer[] = [];
	let offset = 0;
	for (const { name, content } of files) {
		const packed = deflateRawSync(content);
		const header = Buffer.alloc(26);
		header.writeUInt16LE(20, 0);
		header.writeUInt16LE(8, 4);
		header.writeUInt32LE(crc32(content), 10);
		header.writeUInt32LE(packed.length, 14);
		header.writeUInt32LE(content.length, 18);
		header.writeUInt16LE(name.length, 22);
		const tail = Buffer.alloc(14);
		tail.writeUInt32LE(offset, 10);
		directory.push(Buffer.from("PK\x01\x02\x14\x00"), header, tail, Buffer.from(name));
		const local = Buffer.concat([Buffer.from("PK\x03\x04"), header, Buffer.from(name), packed]);
		parts.push(local);
		offset += local.length;
	}
	const central = Buffer.concat(directory);
	const end = Buffer.alloc(18);
	end.writeUInt16LE(files.length, 4);
	end.writeUInt16LE(files.length, 6);
	end.writeUInt32LE(central.length, 8);
	end.writeUInt32LE(offset, 12);
	return new Uint8Array(Buffer.concat([...parts, central, Buffer.from("PK\x05\x06"), end]));
};
