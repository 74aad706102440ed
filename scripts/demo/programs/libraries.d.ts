/** The library `xlsx` as programs import it (worker/libraries/manifest.json), as far as the demo uses it. */
declare module "xlsx" {
	import type { WorkBook, WorkSheet } from "@e965/xlsx";

	export const read: (data: Uint8Array, options: { type: "array" }) => WorkBook;
	export const utils: { sheet_to_json(sheet: WorkSheet | Record<string, never>): unknown[] };
}
