/** A change of the shape of an object's tables: statements, or what moves the rows there are as well. */
export type Step = string | ((sql: SqlStorage) => void);

/**
 * Brings an object's tables up to date: each step once, in order, all of them in one transaction. A change of shape adds a step; those there are stay as they are.
 * @param table counts the steps that were made; two sets of them in one object need one each
 */
export const runSteps = (storage: DurableObjectStorage, table: string, steps: readonly Step[]): void => {
	storage.transactionSync(() => {
		storage.sql.exec(`CREATE TABLE IF NOT EXISTS ${table} (count INTEGER NOT NULL)`);
		const done = Number(storage.sql.exec(`SELECT max(count) AS count FROM ${table}`).one()["count"] ?? 0);
		steps.forEach((step, index) => {
			if (index < done) return;
			if (typeof step === "string") storage.sql.exec(step);
			else step(storage.sql);
			storage.sql.exec(`INSERT INTO ${table} (count) VALUES (?)`, index + 1);
		});
	});
};
