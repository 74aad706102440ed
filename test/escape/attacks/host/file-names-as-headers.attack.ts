/*
 * X39 Gives files names that would write further headers, other types and other names
 * wall: viewer
 * ends: held
 */
import { probe } from "../../probe.ts";
import type { Scene } from "../../scene.ts";

const NAMES = [
	`a"; filename="evil.html`,
	"a\r\nx-smuggled: 1",
	"a\nSet-Cookie: x=1",
	"a;b=c.txt",
	"ü\u202egpj.exe",
	"a'b%22.html",
	"%0d%0ax-smuggled:1",
	"a\\b",
	"a\u0000.html",
	"..%2f..%2fetc",
	"con.html ",
];

export const attack = async (scene: Scene): Promise<void> => {
	const run = await scene.api.run({
		agent: "hostile",
		grants: ["files"],
		language: "javascript",
		input: { names: NAMES },
		program: `export default async ({ names }, env) => {
			const made = [];
			for (const name of names) try { await env.files.writeText("/workspace/output/" + name, "x"); made.push(name); } catch (error) { if (typeof error.code !== "string" || error.code === "internal") throw error; }
			return made;
		};`,
	});
	if (run.status !== "succeeded") throw new Error(`Writing the files: found ${run.error?.code}, wanted each written or refused`);
	for (const { path } of run.files ?? []) {
		const { status, headers } = await probe(scene, {
			path: `/v1/runs/${run.id}/files/${path.split("/").filter(Boolean).map(encodeURIComponent).join("/")}`,
		});
		const written = headers.get("content-disposition") ?? "";
		if (headers.has("x-smuggled") || headers.has("set-cookie")) throw new Error("A file's name: found a header that it wrote, wanted none");
		if (
			status === 200 &&
			(!written.startsWith("attachment") || /[^\x20-\x7e]/.test(written) || (written.match(/filename="/g) ?? []).length > 1)
		)
			throw new Error(`A file's name: found ${written}, wanted one name that is quoted`);
	}
};
