import type { ExportNamedDeclaration, Expression, Identifier, Literal, Program } from "acorn";

/** What a module exports by default, and the offset of an export named `then`. */
export interface ExportFacts {
	readonly byDefault: { kind: "function" | "other"; what: string; offset: number } | null;
	readonly thenOffset: number | null;
}

/** Reads the module's exports without running it: what cannot be decided from the text counts as a function. */
export const describeDefaultExport = (program: Program): ExportFacts => {
	const values = topLevelValues(program);
	let byDefault: ExportFacts["byDefault"] = null;
	let thenOffset: number | null = null;
	for (const statement of program.body) {
		if (statement.type === "ExportDefaultDeclaration") {
			byDefault = { ...judge(describe(statement.declaration, values)), offset: statement.declaration.start };
		}
		if (statement.type === "ExportNamedDeclaration") {
			for (const specifier of statement.specifiers) {
				const exported = nameOf(specifier.exported);
				const local = statement.source === null || statement.source === undefined ? nameOf(specifier.local) : null;
				const what = local === null ? null : (values.get(local) ?? null);
				if (exported === "default") byDefault = { ...judge(what), offset: specifier.start };
				if (exported === "then") thenOffset = specifier.start;
			}
			if (declaredNames(statement).includes("then")) thenOffset = statement.start;
		}
		if (statement.type === "ExportAllDeclaration" && statement.exported !== null && statement.exported !== undefined) {
			const exported = nameOf(statement.exported);
			if (exported === "default") byDefault = { kind: "other", what: "a module's namespace", offset: statement.start };
			if (exported === "then") thenOffset = statement.start;
		}
	}
	return { byDefault, thenOffset };
};

const judge = (what: string | null): { kind: "function" | "other"; what: string } =>
	what === null ? { kind: "function", what: "a function" } : { kind: "other", what };

const nameOf = (name: Identifier | Literal): string => (name.type === "Identifier" ? name.name : String(name.value));

const declaredNames = (statement: ExportNamedDeclaration): string[] => {
	const { declaration } = statement;
	if (declaration === null || declaration === undefined) return [];
	if (declaration.type !== "VariableDeclaration") return [declaration.id.name];
	return declaration.declarations.flatMap((declarator) => (declarator.id.type === "Identifier" ? [declarator.id.name] : []));
};

/** The top-level names that cannot be a function the program's caller may call, with what they are. */
const topLevelValues = (program: Program): Map<string, string> => {
	const values = new Map<string, string>();
	for (const statement of program.body) {
		const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
		if (declaration?.type === "ClassDeclaration" || declaration?.type === "FunctionDeclaration") {
			const what = describe(declaration, values);
			if (what !== null && declaration.id !== null) values.set(declaration.id.name, what);
		}
		if (declaration?.type === "VariableDeclaration" && declaration.kind === "const") {
			for (const { id, init } of declaration.declarations) {
				const what = init === null || init === undefined ? null : describe(init, values);
				if (id.type === "Identifier" && what !== null) values.set(id.name, what);
			}
		}
	}
	return values;
};

/** What a declaration or expression is when it cannot be called as a program; null when it can, or when only running it would tell. */
const describe = (
	node: Expression | Extract<Program["body"][number], { type: "ExportDefaultDeclaration" }>["declaration"],
	values: ReadonlyMap<string, string>,
): string | null => {
	switch (node.type) {
		case "ClassDeclaration":
		case "ClassExpression":
			return "a class";
		case "FunctionDeclaration":
		case "FunctionExpression":
			return node.generator ? "a generator function" : null;
		case "ObjectExpression":
			return "an object";
		case "ArrayExpression":
			return "an array";
		case "Literal":
		case "TemplateLiteral":
			return "a literal value";
		case "Identifier":
			return values.get(node.name) ?? null;
		default:
			return null;
	}
};
