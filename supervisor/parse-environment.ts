import { z } from "zod";
import { RATES_WANTED, readRates } from "../contract/rates.ts";
import { isKey } from "./data-folder.ts";
import { readStores, type Stores, STORES_WANTED } from "./read-stores.ts";

const isDevelopmentHost = (text: string): boolean => /^(localhost|127\.0\.0\.1|\[::1\]):\d{1,5}$/.test(text);

const wholeNumber = (low: number, high: number) =>
	z
		.string()
		.regex(/^\d{1,6}$/, { error: `wanted a whole number from ${low} to ${high}` })
		.transform(Number)
		.pipe(z.int().min(low).max(high));

/** What an operator may set. Everything has a default; what is set must be right. */
const Environment = z.object({
	PORT: wholeNumber(0, 65_535).default(8787),
	HOST: z.string().min(1).default("127.0.0.1"),
	CORDON_DATA: z.string().min(1).default(".cordon"),
	CORDON_EXECUTORS: wholeNumber(1, 64).default(4),
	ADMIN_TOKEN: z.string().min(16, { error: "wanted at least 16 characters" }).optional(),
	CORDON_SEAL_KEY: z.string().refine(isKey, { error: "wanted base64 of 32 bytes" }).optional(),
	CORDON_STORES: z
		.string()
		.transform(readStores)
		.pipe(z.custom<Stores>((value) => value !== null, { error: STORES_WANTED }))
		.optional(),
	CORDON_RATE_LIMIT: z
		.string()
		.refine((text) => readRates(text) !== null, { error: RATES_WANTED })
		.optional(),
	CORDON_DEV_ALLOW: z
		.string()
		.transform((text) => text.split(",").map((part) => part.trim()))
		.pipe(z.array(z.string().refine(isDevelopmentHost, { error: "wanted host:port on loopback, separated by commas" })))
		.optional(),
});

/** The settings of one start. */
export interface CordonConfig {
	/** 0 for any free port. */
	readonly port: number;
	readonly host: string;
	readonly dataFolder: string;
	/** Runs at once of one tenant. */
	readonly executors: number;
	/** Absent: a random one, which nobody but the supervisor has. */
	readonly adminToken?: string | undefined;
	/** Base64 of 32 bytes; absent: the data folder's own. */
	readonly sealKey?: string | undefined;
	/** host:port pairs on loopback that programs' requests may reach. */
	readonly developmentHosts: readonly string[];
	/** Databases that an operator may attach to tenants, by the name of their binding; absent: none. Values of HYPERDRIVE_… hold passwords. */
	readonly stores?: Stores | undefined;
	/** Requests a minute, as contract/rates reads them; absent: its defaults. */
	readonly rateLimit?: string | undefined;
}

export type ParsedEnvironment = { kind: "config"; config: CordonConfig } | { kind: "invalid"; message: string };

/** Reads the settings from environment variables. An empty variable counts as absent. */
export const parseEnvironment = (variables: Readonly<Record<string, string | undefined>>): ParsedEnvironment => {
	const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ""));
	const parsed = Environment.safeParse(given);
	if (!parsed.success) {
		const lines = parsed.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`);
		return { kind: "invalid", message: `Reading the environment: ${lines.join("; ")}` };
	}
	const values = parsed.data;
	return {
		kind: "config",
		config: {
			port: values.PORT,
			host: values.HOST,
			dataFolder: values.CORDON_DATA,
			executors: values.CORDON_EXECUTORS,
			adminToken: values.ADMIN_TOKEN,
			sealKey: values.CORDON_SEAL_KEY,
			developmentHosts: values.CORDON_DEV_ALLOW ?? [],
			stores: values.CORDON_STORES,
			rateLimit: values.CORDON_RATE_LIMIT,
		},
	};
};
