import engineText from "../../.build/engine/engine.js?raw" with { type: "text" };
import wasmBase64 from "../../.build/engine/sqlite-wasm.js?raw" with { type: "text" };
import xlsxText from "../../.build/engine/xlsx.js?raw" with { type: "text" };
import type { EngineParts } from "./engine-isolate-code.ts";

let parts: EngineParts | null = null;

/** The SQL engine as part of the Worker, for where the Worker itself makes its isolates; elsewhere executor processes have their own. */
export const readEngineParts = async (): Promise<EngineParts> => {
	parts ??= { js: engineText, xlsx: xlsxText, wasm: new Uint8Array(Buffer.from(wasmBase64, "base64")).buffer };
	return parts;
};
