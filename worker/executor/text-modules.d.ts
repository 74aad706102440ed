/** A file shipped as text. Vite reads the query, esbuild (and wrangler) the `type: "text"` attribute; an import carries both. */
declare module "*?raw" {
	const text: string;
	export default text;
}
