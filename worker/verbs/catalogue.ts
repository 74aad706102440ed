import { cryptoSign } from "./crypto-sign/crypto-sign.ts";
import { files } from "./files/files.ts";
import { httpFetch } from "./http-fetch/http-fetch.ts";
import type { Verb } from "./verb.ts";

/** Everything that the host can do for a program: the closed list, by the name that a grant gives. A Map, since the name comes from outside. */
export const CATALOGUE: ReadonlyMap<string, Verb> = new Map(
	[
		files, // reads and writes the run's files
		httpFetch, // fetches from hosts that the grant names
		cryptoSign, // signs with a key that stays on the host
	].map((verb) => [verb.name, verb]),
);
