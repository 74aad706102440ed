import { DATASET_FORMATS, type DatasetDataQuery } from "../../contract/datasets.ts";
import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import { datasetKey } from "../blobs/blob-keys.ts";
import { writeBlob } from "../blobs/write-blob.ts";
import { type EngineImportInput, ImportAnswer } from "../engine/engine-protocol.ts";
import type { Env } from "../env.ts";
import type { Executor, ImportOutcome } from "../executor/protocol.ts";
import { makeImportToken } from "../gate/import-token.ts";
import type { BodyStream } from "../handler.ts";
import type { ResourceRow } from "../resources/resource-store.ts";
import { commitContent } from "./commit-content.ts";
import { readDescription } from "./dataset-description.ts";

type Imported = Extract<ImportAnswer, { kind: "imported" }>;

/** Data for a dataset, on its way in. */
export interface Upload {
	readonly tenantId: string;
	readonly dataset: ResourceRow;
	readonly query: DatasetDataQuery;
	readonly stream: BodyStream;
}

/** How long a token of an import is good: as long as the import may wait for a process and run. */
const TOKEN_MS = LIMITS.executorQueueWaitMs + LIMITS.importWallMs;

/**
 * Makes data a dataset's next version. The bytes go to the store as they come, an executor process makes a database of them there and back, and one
 * statement makes it current: a crash at any point leaves the old version.
 * @throws Refusal of the request, of the data, or when another write came between
 */
export const importUpload = async (env: Env, executor: Executor, upload: Upload): Promise<{ row: ResourceRow; dropped: string[] }> => {
	const { tenantId, dataset } = upload;
	const sourceKey = datasetKey(tenantId, dataset.id, `upload-${crypto.randomUUID()}`);
	const targetKey = datasetKey(tenantId, dataset.id, crypto.randomUUID());
	try {
		const { contentType, body } = upload.stream;
		const written = await writeBlob(env.BLOBS, sourceKey, body, { type: contentType, mostBytes: LIMITS.datasetUploadBytes });
		if (written.kind === "too_large") throw tooLarge(`more than ${LIMITS.datasetUploadBytes} bytes`);
		const imported = await makeImage(env, executor, upload, { sourceKey, targetKey });
		const image = await env.BLOBS.head(targetKey);
		if (image === null || image.size !== imported.bytes)
			throw new Error("Importing data: the image in the store is not the one that was made");
		const committed = await commitContent(env, {
			...{ tenantId, name: dataset.name, resourceId: dataset.id, previous: dataset.version },
			content: { key: targetKey, bytes: imported.bytes, tables: imported.tables },
		});
		if (committed.kind === "refused")
			throw new Refusal("conflict", `filling the dataset ${dataset.name}: ${committed.why}; nothing was changed`);
		return { row: committed.row, dropped: imported.dropped };
	} catch (error) {
		await env.BLOBS.delete(targetKey);
		throw error;
	} finally {
		await env.BLOBS.delete(sourceKey);
	}
};

const makeImage = async (
	env: Env,
	executor: Executor,
	upload: Upload,
	keys: { sourceKey: string; targetKey: string },
): Promise<Imported> => {
	const { tenantId, dataset, query } = upload;
	const base = query.append === "true" ? readDescription(dataset).content : null;
	const token = makeImportToken(env, { tenantId, ...keys, baseKey: base?.key ?? null, expiresAtMs: Date.now() + TOKEN_MS });
	const options = JSON.stringify(optionsOf(upload, base !== null));
	const outcome = await executor.importDataset({ tenantId, token, options, baseBytes: base?.bytes ?? null });
	return imported(dataset.name, outcome);
};

const DELIMITERS = { comma: ",", semicolon: ";", tab: "\t", pipe: "|" } as const;
const FORMATS: ReadonlyMap<string, EngineImportInput["format"]> = new Map(Object.entries(DATASET_FORMATS));

const optionsOf = ({ query, stream, dataset }: Upload, append: boolean): EngineImportInput => {
	const format = FORMATS.get(stream.contentType);
	if (format === undefined)
		throw new Error(`Importing data: found the format of ${stream.contentType} missing, wanted one for each content type`);
	const isOneTable = format === "csv" || format === "jsonl";
	return {
		format,
		append,
		...(isOneTable ? { table: query.table ?? dataset.name } : {}),
		...(format === "csv" && query.delimiter !== undefined ? { delimiter: DELIMITERS[query.delimiter] } : {}),
	};
};

/** @throws Refusal that says why there is no image */
const imported = (name: string, outcome: ImportOutcome): Imported => {
	switch (outcome.kind) {
		case "refused":
			throw new Refusal("no_executor", `filling the dataset ${name}: no executor process took it: ${outcome.why}`);
		case "lost":
			throw new Error("Importing data: the executor process was lost");
		case "stopped":
			throw tooLarge(
				`data that needs more than ${LIMITS.importCpuMs} ms of CPU, ${LIMITS.importWallMs} ms or ${LIMITS.importMemoryMb} MiB of memory to read`,
			);
		case "answered": {
			const answer = ImportAnswer.parse(JSON.parse(outcome.answer));
			if (answer.kind === "imported") return answer;
			throw answer.code === "payload_too_large" || answer.code === "conflict"
				? new Refusal(answer.code, answer.message)
				: new Refusal("invalid_request", answer.message, { hint: "Send data of the format that the Content-Type says." });
		}
	}
};

const tooLarge = (found: string): Refusal =>
	new Refusal(
		"payload_too_large",
		`filling a dataset: found ${found}, wanted a dataset of at most ${LIMITS.datasetBytes} bytes as a database`,
	);
