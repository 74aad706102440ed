import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { HONEST, INWARD_ADDRESSES, PUBLIC_V4, PUBLIC_V6, REBINDINGS } from "./rebinding-names.ts";

const World = z.object({
	status: z.string(),
	result: z.array(z.tuple([z.string(), z.string(), z.string()])),
	inward: z.array(z.string()),
	delivered: z.array(z.string().nullable()),
	outward: z.int(),
});

const folder = mkdtempSync(join(tmpdir(), "cordon-rebinding-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "resolv.conf"), "nameserver 127.0.0.1\n");
writeFileSync(join(folder, "nsswitch.conf"), "hosts: files dns\n");

/** A platform of its own starts and stops within it. */
const TIMEOUT_MS = 170_000;

const isSix = (address: string): boolean => address.includes(":");
/** A network of our own: loopback, with public and inward addresses on it; the system's resolver asks 127.0.0.1. */
const WORLD = [
	"ip link set lo up",
	...[PUBLIC_V4, ...INWARD_ADDRESSES]
		.filter((address) => !isSix(address) && !/^(?:127\.|0\.)/.test(address))
		.map((address) => `ip addr add ${address}/32 dev lo`),
	...[PUBLIC_V6, "fd00:ec2::254", "64:ff9b::7f00:1"].map((address) => `ip -6 addr add ${address}/128 dev lo`),
	`mount --bind '${folder}/resolv.conf' /etc/resolv.conf`,
	`{ test ! -e /etc/nsswitch.conf || mount --bind '${folder}/nsswitch.conf' /etc/nsswitch.conf; }`,
].join(" && ");

const inWorld = (command: string, timeoutMs: number) =>
	spawnSync("unshare", ["-rmn", "sh", "-c", `${WORLD} && ${command}`], {
		encoding: "utf8",
		timeout: timeoutMs,
		maxBuffer: 16 * 1024 * 1024,
		env: { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` },
	});

const trial = inWorld("true", 10_000);
const whyNot =
	trial.status === 0 ? null : `no namespace with a network and a resolver of its own: ${(trial.stderr || String(trial.error)).trim()}`;
if (whyNot !== null) console.warn(`Rebinding is not tried here: ${whyNot}`);

describe.skipIf(whyNot !== null)("a name that a rule and the guard take for a public one", () => {
	test("is tried in 50 ways and more to lead inwards", () => {
		expect(REBINDINGS.length).toBeGreaterThanOrEqual(50);
	});

	test.each([
		["with no host opened for development", []],
		["with another port of loopback opened for development", ["127.0.0.1:9999"]],
	])("leads to no inward address when it resolves to one, %s", { timeout: TIMEOUT_MS + 10_000 }, (_, developmentHosts) => {
		const script = join(import.meta.dirname, "rebinding-world.ts");
		const { stdout, stderr } = inWorld(`exec '${process.execPath}' '${script}' ${developmentHosts.join(" ")}`, TIMEOUT_MS);
		const line = stdout.split("\n").find((text) => text.startsWith("{"));
		expect(line, stderr.slice(-2_000)).toBeDefined();
		const world = World.parse(JSON.parse(line ?? "{}"));
		expect(world.inward).toEqual([]);
		expect(world.delivered).toEqual(Array(2 * INWARD_ADDRESSES.length).fill("unreachable"));
		const said = new Map(world.result.map(([label, first, second]) => [label, [first, second]]));
		for (const { label } of HONEST) expect(said.get(label), label).toEqual(["answered 200", "answered 200"]);
		for (const { label, answers } of REBINDINGS) {
			const inwardOnly = answers.map((addresses) => addresses.every((address) => address !== PUBLIC_V4 && address !== PUBLIC_V6));
			const wanted = [inwardOnly[0], inwardOnly.at(-1)].map((isInward) => (isInward === true ? "upstream_failed" : "answered 200"));
			expect(said.get(label), label).toEqual(wanted);
		}
		expect(world.outward).toBeGreaterThanOrEqual(HONEST.length * 2);
	});
});
