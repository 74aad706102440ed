import type { Node, Program } from "acorn";
import type { Position } from "./author-position.ts";
import { describeDefaultExport } from "./describe-default-export.ts";

/** An import whose specifier is written out. */
export interface FoundImport {
	readonly specifier: string;
	/** Where it stands; found only when asked for, since a module may hold thousands. */
	locate(): Position;
	/** Import attributes (`with { … }`) stand behind it. */
	readonly attributes: boolean;
	/** `import("…")`: when it leads nowhere, that is for the program to catch. */
	readonly dynamic: boolean;
}
/** The default export: `function` when it may be one, else what it is instead. */
export interface DefaultExport {
	readonly kind: "function" | "other";
	readonly what: string;
	readonly position: Position;
}
/** What the compiler needs to know of a parsed module. */
export interface ModuleSurvey {
	readonly imports: readonly FoundImport[];
	readonly defaultExport: DefaultExport | null;
	/** An export named `then`, which would make the module's namespace a thenable. */
	readonly thenExport: Position | null;
	/** The first await outside any function. */
	readonly awaitAt: Position | null;
}

const FUNCTIONS = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

const isNode = (value: unknown): value is Node =>
	typeof value === "object" &&
	value !== null &&
	"type" in value &&
	typeof value.type === "string" &&
	"start" in value &&
	typeof value.start === "number";

/** Walks a module once, without recursion: what the parser could nest, this can walk. @param locate the author's position of an offset */
export const surveyModule = (program: Program, locate: (offset: number) => Position): ModuleSurvey => {
	const imports: { specifier: string; offset: number; attributes: boolean; dynamic: boolean }[] = [];
	let awaitOffset = Number.POSITIVE_INFINITY;
	const pending: { node: Node; inFunction: boolean }[] = [{ node: program, inFunction: false }];
	for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
		const { node } = next;
		const found = importOf(node);
		if (found !== null) imports.push(found);
		if (!next.inFunction && awaits(node)) awaitOffset = Math.min(awaitOffset, node.start);
		const inFunction = next.inFunction || FUNCTIONS.has(node.type);
		for (const value of Object.values(node)) {
			if (Array.isArray(value)) {
				for (const item of value) if (isNode(item)) pending.push({ node: item, inFunction });
			} else if (isNode(value)) pending.push({ node: value, inFunction });
		}
	}
	const exported = describeDefaultExport(program);
	return {
		imports: imports.sort((a, b) => a.offset - b.offset).map(({ offset, ...found }) => ({ ...found, locate: () => locate(offset) })),
		defaultExport:
			exported.byDefault === null
				? null
				: { kind: exported.byDefault.kind, what: exported.byDefault.what, position: locate(exported.byDefault.offset) },
		thenExport: exported.thenOffset === null ? null : locate(exported.thenOffset),
		awaitAt: awaitOffset === Number.POSITIVE_INFINITY ? null : locate(awaitOffset),
	};
};

const awaits = (node: Node): boolean =>
	node.type === "AwaitExpression" ||
	(node.type === "ForOfStatement" && "await" in node && node.await === true) ||
	(node.type === "VariableDeclaration" && "kind" in node && node.kind === "await using");

const IMPORTS = new Set(["ImportDeclaration", "ExportNamedDeclaration", "ExportAllDeclaration", "ImportExpression"]);

const importOf = (node: Node): { specifier: string; offset: number; attributes: boolean; dynamic: boolean } | null => {
	if (!IMPORTS.has(node.type) || !("source" in node) || !isNode(node.source)) return null;
	const specifier = "value" in node.source ? node.source.value : null;
	if (typeof specifier !== "string") return null;
	const listed = "attributes" in node && Array.isArray(node.attributes) && node.attributes.length > 0;
	const passed = "options" in node && node.options !== null && node.options !== undefined;
	return { specifier, offset: node.source.start, attributes: listed || passed, dynamic: node.type === "ImportExpression" };
};
