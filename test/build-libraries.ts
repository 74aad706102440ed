import { buildLibraries } from "../supervisor/build-libraries.ts";

/** Makes the bundles that the Worker imports as text, on a fresh clone or after a change. */
export default buildLibraries;
