import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import postgres from "postgres";
import type { ByteSocket, PostgresAccess } from "../../../worker/verbs/store-access.ts";

const PLACE = "/usr/lib/postgresql";
const DATABASE = "warehouse_db";

/** A PostgreSQL server of one test file, on loopback, in a folder of its own. */
export interface PostgresServer {
	readonly port: number;
	/** Runs statements as the superuser. */
	admin(sql: string): Promise<void>;
	access(user: string, password: string): PostgresAccess;
	url(user: string, password: string): string;
	stop(): Promise<void>;
}

/** Folder of the newest server's programs; null, with a notice, where the package `postgresql` is not installed. */
export const findPostgres = (): string | null => {
	const versions = existsSync(PLACE) ? readdirSync(PLACE).sort((a, b) => Number(b) - Number(a)) : [];
	const found = versions.map((version) => join(PLACE, version, "bin")).find((folder) => existsSync(join(folder, "initdb")));
	if (found === undefined)
		console.warn(`Tests with PostgreSQL are skipped: found no server in ${PLACE}, wanted Debian's package postgresql`);
	return found ?? null;
};

const idOf = (flag: "-u" | "-g", user: string): number => Number(execFileSync("id", [flag, user], { encoding: "utf8" }));

/** PostgreSQL refuses root: as root, the account that may do least is taken. What runs so ends with this process. */
const asNobody = (folder: string): string[] => {
	if (process.getuid?.() !== 0) return [];
	const [user, group] = [idOf("-u", "nobody"), idOf("-g", "nobody")];
	chownSync(folder, user, group);
	return ["setpriv", `--reuid=${user}`, `--regid=${group}`, "--clear-groups", "--pdeathsig=INT"];
};

const freePort = (): Promise<number> =>
	new Promise((resolve, reject) => {
		const probe = createServer().once("error", reject);
		probe.listen(0, "127.0.0.1", () => {
			const address = probe.address();
			probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
		});
	});

const run = (command: readonly string[]): void => {
	const [program = "", ...args] = command;
	execFileSync(program, args, { stdio: ["ignore", "ignore", "pipe"], cwd: "/" });
};

const ended = (child: ChildProcess): Promise<void> =>
	new Promise((resolve) => (child.exitCode === null ? child.once("exit", () => resolve()) : resolve()));

/** Starts a server. @param bin folder of `initdb` and `postgres` */
export const startPostgres = async (bin: string): Promise<PostgresServer> => {
	const folder = mkdtempSync(join(tmpdir(), "cordon-postgres-"));
	const as = asNobody(folder);
	const data = join(folder, "data");
	run([
		...as,
		join(bin, "initdb"),
		"-D",
		data,
		"-U",
		"root_of_db",
		"--auth-host=trust",
		"--auth-local=trust",
		"--no-sync",
		"-E",
		"UTF8",
		"--locale=C",
	]);
	// Readers log in with a password, as they do everywhere; the superuser of the tests does not.
	run([
		...as,
		"sh",
		"-c",
		`printf 'host all root_of_db 127.0.0.1/32 trust\\nhost all all 127.0.0.1/32 scram-sha-256\\n' > ${join(data, "pg_hba.conf")}`,
	]);
	const port = await freePort();
	const [program = "", ...args] = [
		...as,
		join(bin, "postgres"),
		"-D",
		data,
		"-p",
		String(port),
		"-h",
		"127.0.0.1",
		"-k",
		folder,
		"-F",
		"-c",
		"max_connections=40",
	];
	const child = spawn(program, args, { cwd: "/", stdio: ["ignore", "ignore", "ignore"] });
	const client = (database: string) => postgres({ host: "127.0.0.1", port, user: "root_of_db", database, max: 1, onnotice: () => {} });
	await untilUp(port, child);
	const admin = async (sql: string, database: string = DATABASE): Promise<void> => {
		const connection = client(database);
		await connection.unsafe(sql);
		await connection.end();
	};
	await admin(`create database ${DATABASE}`, "postgres");
	return {
		port,
		admin: (sql) => admin(sql),
		access: (user, password) => ({ kind: "postgres", user, password, database: DATABASE, connect: () => byteSocket(port) }),
		url: (user, password) => `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${DATABASE}`,
		stop: async () => {
			child.kill("SIGINT");
			await ended(child);
			rmSync(folder, { recursive: true, force: true });
		},
	};
};

const untilUp = async (port: number, child: ChildProcess): Promise<void> => {
	for (let tries = 0; tries < 200; tries += 1) {
		if (child.exitCode !== null) throw new Error(`Starting PostgreSQL: it ended with ${child.exitCode}, wanted it to listen`);
		const client = postgres({
			host: "127.0.0.1",
			port,
			user: "root_of_db",
			database: "postgres",
			max: 1,
			connect_timeout: 1,
			onnotice: () => {},
		});
		const up = await client`select 1`.then(
			() => true,
			() => false,
		);
		await client.end({ timeout: 0 });
		if (up) return;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	throw new Error("Starting PostgreSQL: it does not answer, wanted it to listen");
};

const byteSocket = (port: number): ByteSocket => {
	const socket = connect({ host: "127.0.0.1", port });
	const { readable, writable } = Duplex.toWeb(socket);
	return {
		readable,
		writable,
		close: async () => {
			socket.destroy();
		},
	};
};
