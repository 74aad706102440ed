import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { newId } from "../../../contract/ids.ts";
import { stubOf } from "../agents/agent-under-test.ts";

/** Names of tables and indexes where a statement names them: after the words that a name follows, and before a column's name. */
const NAMES =
	/(?<=\b(?:FROM|INTO|UPDATE|TABLE|EXISTS|JOIN|INDEX|INDEXED BY|ON) )[a-z_]+(?!\()\b|(?<![.$'\w])(?!excluded\b)[a-z_]+(?=\.[a-z_])/g;

/**
 * A context for one more object in the storage of the one that there is: its tables have names of their own. Several objects then live in one real object,
 * where a step of each is a transaction as always, and nothing happens between them that the test did not ask for.
 */
export const ownContext = (context: DurableObjectState, name: string): DurableObjectState => {
	const { storage } = context;
	const known = new Map<string, string>();
	const rename = (query: string): string => {
		const renamed = known.get(query) ?? query.replace(NAMES, (found) => `${name}_${found}`);
		known.set(query, renamed);
		return renamed;
	};
	const own = {
		sql: { exec: (query: string, ...bound: SqlStorageValue[]) => storage.sql.exec(rename(query), ...bound) },
		transactionSync: <Answer>(work: () => Answer): Answer => storage.transactionSync(work),
		// Alarms ring when the test says so.
		setAlarm: async () => {},
		getAlarm: async () => null,
	};
	return Object.create(context, {
		storage: { value: own },
		waitUntil: { value: () => {} },
		blockConcurrencyWhile: { value: (work: () => Promise<unknown>) => work() },
	});
};

/** Runs something within an object of its own. */
export const withContext = async (work: (context: DurableObjectState) => Promise<void>): Promise<void> => {
	const object = env.AGENTS.get(env.AGENTS.idFromName(newId("ten")));
	await runInDurableObject(stubOf({ object }), async (_instance, context) => {
		await work(context);
		await context.storage.deleteAlarm();
	});
};
