/*
 * G12 Gives the model's answer schemas that backtrack, refer to themselves and branch without end
 * wall: verbs
 * ends: returns []
 * limits: { "cpuMs": 3000, "wallMs": 25000 }
 */
const deep = (levels) => (levels === 0 ? { type: "string" } : { type: "object", properties: { a: deep(levels - 1) } });
const SCHEMAS = {
	backtracks: { type: "string", pattern: "^(a+)+$" },
	lookbehind: { type: "string", pattern: "(?<=a)(?=b)\\1" },
	circle: { $ref: "#" },
	remote: { $ref: "http://127.0.0.1/schema.json" },
	file: { $ref: "file:///etc/passwd" },
	deep: deep(200),
	branches: { anyOf: Array.from({ length: 2_000 }, () => ({ type: "string" })) },
	patterns: { anyOf: Array.from({ length: 300 }, (_, index) => ({ type: "string", pattern: `a{${index},1000}` })) },
	proto: JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"}},"required":["__proto__"]}'),
	code: { type: "string", default: { $code: "process.exit()" }, $vocabulary: {} },
	numbers: { type: "number", multipleOf: 1e-300, minimum: 1e308 },
};
export default async (input, env) => {
	const odd = [];
	for (const [name, schema] of Object.entries(SCHEMAS)) {
		const code = await env.llm.complete({ prompt: "x", schema, maxTokens: 20 }).then(
			() => "answered",
			(error) => error.code ?? error.name,
		);
		if (!["invalid_arguments", "upstream_failed", "answered"].includes(code)) odd.push(`${name} ${code}`);
	}
	return odd;
};
