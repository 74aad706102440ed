import { describe, expect, test } from "vitest";
import { parseEnvironment } from "../../../supervisor/parse-environment.ts";

describe("parseEnvironment()", () => {
	test("has a default for everything, and takes an empty variable for an absent one", () => {
		const expected = { port: 8787, host: "127.0.0.1", dataFolder: ".cordon", executors: 4, developmentHosts: [] };
		expect(parseEnvironment({ PATH: "/bin", PORT: "", ADMIN_TOKEN: "" })).toMatchObject({ kind: "config", config: expected });
	});

	test("reads development hosts on loopback", () => {
		const parsed = parseEnvironment({ CORDON_DEV_ALLOW: "127.0.0.1:9000, localhost:80,[::1]:1" });
		expect(parsed).toMatchObject({ config: { developmentHosts: ["127.0.0.1:9000", "localhost:80", "[::1]:1"] } });
	});

	test.each([
		["PORT", "65536"],
		["PORT", "80x"],
		["CORDON_EXECUTORS", "0"],
		["CORDON_EXECUTORS", "65"],
		["ADMIN_TOKEN", "short"],
		["CORDON_SEAL_KEY", "bm90IDMyIGJ5dGVz"],
		["CORDON_DEV_ALLOW", "10.0.0.1:80"],
		["CORDON_DEV_ALLOW", "localhost"],
		["CORDON_RATE_LIMIT", "6000"],
		["CORDON_RATE_LIMIT", "key:0"],
	])("refuses %s=%s and names the variable", (name, value) => {
		expect(parseEnvironment({ [name]: value })).toMatchObject({ kind: "invalid", message: expect.stringContaining(`${name}: `) });
	});
});
