/*
 * J11 Sends bodies that are no JSON, or that two readers read differently
 * wall: host
 * ends: held
 */
import { expectStatuses, type Probe, probeAll } from "../../probe.ts";
import type { Scene } from "../../scene.ts";

const bytes = (text: string, encoding: BufferEncoding): Uint8Array => new Uint8Array(Buffer.from(text, encoding));

export const attack = async (scene: Scene): Promise<void> => {
	const good = '{"program":"export default () => 1"}';
	const bodies: (string | Uint8Array)[] = [
		"",
		" ",
		"{",
		"}",
		"null",
		"[]",
		"1",
		'"x"',
		"undefined",
		"{'program':'x'}",
		'{"program":"x",}',
		`${good}${good}`,
		`${good} x`,
		`\ufeff${good}`,
		"// x\n{}",
		"{/**/}",
		'{"limits":{"cpuMs":NaN}}',
		'{"limits":{"cpuMs":1e400}}',
		'{"limits":{"cpuMs":-1e400}}',
		'{"wait":0x10}',
		'{"wait":01}',
		'{"wait":1.}',
		bytes(good, "utf16le"),
		new Uint8Array([0xff, 0xfe, 0x7b, 0x7d]),
		new Uint8Array([0x22, 0xc0, 0xaf, 0x22]),
		bytes('{"program":"\ud800"}', "latin1"),
		'{"program":"\\ud800","wait":"x"}',
		`{"input":${"[".repeat(100_000)}${"]".repeat(100_000)},"program":"x"}`,
		`{"input":${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)},"program":"x"}`,
		'{"program":"export default () => 1","program":"export default () => 2"}',
		'{"agent":"default","\\u0061gent":"hostile","program":"export default () => 1"}',
		'{"__proto__":{"program":"x"}}',
		'{"constructor":{"prototype":{"x":1}},"program":"x"}',
		`{${Array.from({ length: 100_000 }, (_, index) => `"k${index}":1`).join()}}`,
	];
	const probes: Probe[] = bodies.map((body) => ({ method: "POST", path: "/v1/runs", body }));
	expectStatuses(probes, await probeAll(scene, probes, 4), [400, 413]);
};
