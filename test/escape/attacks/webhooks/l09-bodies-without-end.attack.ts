/*
 * L09 Sends hooks bodies of a hundred megabytes, without a length, packed, and byte by byte, with nobody's signature
 * wall: webhooks
 * ends: held
 */
import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { LIMITS } from "../../../../contract/limits.ts";
import { hookTenant } from "../../hook-tenant.ts";
import type { Scene } from "../../scene.ts";
import { sendHook, signedHook, want, wantStatus } from "../../send-hook.ts";

const CHUNK = `10000\r\n${"x".repeat(0x10000)}\r\n`;

/** Pours chunks until the other side has answered or closed, or has had as many as were announced. @returns how many bytes were taken, and what it said */
const pour = (url: string, head: string, chunk: string, mostBytes: number): Promise<{ sent: number; said: string }> =>
	new Promise((resolve) => {
		const socket: Socket = connect(Number(new URL(url).port), "127.0.0.1");
		let said = "";
		let written = 0;
		const finish = (): void => {
			clearInterval(timer);
			socket.destroy();
			resolve({ sent: socket.bytesWritten, said });
		};
		const timer = setInterval(() => {
			if (said !== "" || socket.bytesWritten > 100 * 1024 * 1024) return finish();
			if (socket.writableLength < 256 * 1024 && written + chunk.length <= mostBytes) {
				written += chunk.length;
				socket.write(chunk, "latin1");
			}
		}, 2);
		socket.on("data", (part: Buffer) => {
			said += part.toString("latin1");
		});
		socket.on("error", finish);
		socket.on("close", finish);
		socket.write(head, "latin1");
	});

export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene);
	const trigger = await tenant.trigger({ scheme: "github" });
	const headOf = (...lines: readonly string[]): string =>
		`${[`POST /hooks/${trigger.id} HTTP/1.1`, "Host: x", "Content-Type: application/json", ...lines].join("\r\n")}\r\n\r\n`;
	const [plain, most] = ["x".repeat(0x10000), LIMITS.hookBodyBytes];
	for (const [what, head, chunk, mostBytes] of [
		["chunks without end", headOf("Transfer-Encoding: chunked"), CHUNK, Number.POSITIVE_INFINITY],
		["a length of 100 MB", headOf(`Content-Length: ${100 * most}`), plain, 100 * most],
		["a length past all numbers", headOf("Content-Length: 99999999999999999999"), plain, Number.POSITIVE_INFINITY],
		["a length just past the most", headOf(`Content-Length: ${most + 1}`), plain, most + 1],
	] as const) {
		const { sent, said } = await pour(scene.url, head, chunk, mostBytes);
		// Who goes on sending when the connection is closed may be reset before the answer is read.
		const isReset = said === "" && mostBytes > 2 * most;
		want(`What is said of ${what}`, isReset || /^HTTP\/1\.1 4(13|00) /.test(said), [sent, said.slice(0, 200)]);
		// What the sockets on the way hold is beyond what was read.
		want(`Bytes taken of ${what}`, sent < 24 * 1024 * 1024, sent);
	}
	const bytes = new Uint8Array(gzipSync(Buffer.alloc(8 * 1024 * 1024)));
	const right = signedHook("github", { secret: tenant.secret, body: "{}" });
	for (const encoding of ["gzip", "deflate", "br", "zstd", "gzip, gzip", "x", "IDENTITY, gzip"])
		wantStatus(
			`A body in ${encoding}`,
			[await sendHook(scene, trigger, { headers: { ...right.headers, "content-encoding": encoding }, body: bytes })],
			415,
		);
	const full = `"${"x".repeat(LIMITS.hookBodyBytes - 2)}"`;
	wantStatus(
		"The largest body",
		[await sendHook(scene, trigger, signedHook("github", { secret: tenant.secret, body: full }))],
		202,
		400,
		413,
	);
	wantStatus(
		"The largest body, unsigned",
		[await sendHook(scene, trigger, { headers: { "content-type": "text/plain" }, body: full })],
		401,
	);
	wantStatus("One byte more", [await sendHook(scene, trigger, { headers: { "content-type": "text/plain" }, body: `${full}x` })], 413);
	wantStatus("No body", [await sendHook(scene, trigger, { headers: {}, body: "" })], 401);
	want("Requests noted beside the largest body", (await tenant.requests(trigger)).length <= 1, "more");
};
