import { buildImportedTexts } from "../supervisor/build-imported-texts.ts";

/** Makes what the Worker imports as text, on a fresh clone or after a change. */
export default buildImportedTexts;
