import type { z } from "zod";
import type { Operation } from "../../contract/operation.ts";
import { OPERATIONS } from "../../contract/operations.ts";
import type { Probe } from "./probe.ts";
import { sampleBody } from "./sample-body.ts";

/** A request of one operation, good in all but whose the ids are. */
export interface OperationProbe extends Probe {
	readonly operation: string;
	readonly access: Operation["access"];
	/** Whether the path names something by its id. */
	readonly hasId: boolean;
	/** Whether a body of the operation must be JSON. */
	readonly takesJson: boolean;
}

/** @param ids one of each kind; the first that a parameter's schema takes stands in the path; what takes none gets a name, a number or a path that nobody has */
export const operationProbes = (ids: readonly string[]): OperationProbe[] =>
	Object.entries<Operation>(OPERATIONS).map(([name, operation]) => {
		const path = operation.path.replaceAll(/\{([a-z]+)\}/gi, (_, parameter: string) => {
			const shape: Readonly<Record<string, z.ZodType>> = operation.params.shape;
			const taken = ids.find((id) => shape[parameter]?.safeParse(id).success === true && /^[a-z]{3}_/.test(id));
			if (parameter === "path") return "workspace/kept.txt";
			return taken ?? (shape[parameter]?.safeParse("nobodys").success === true ? "nobodys" : "1");
		});
		const { stream, body } = operation;
		return {
			...{ operation: name, method: operation.method, path, access: operation.access },
			hasId: "id" in operation.params.shape,
			takesJson: body !== null,
			...(body === null ? {} : { body: sampleBody(name, body) }),
			...(stream === undefined ? {} : { body: "a\n1\n", headers: { "content-type": stream.contentTypes[0] ?? "text/csv" } }),
		};
	});
