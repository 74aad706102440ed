/** What a model says, before it is put into a provider's format. */
export interface Saying {
	/** Parts of the text, each an event of a stream. */
	readonly parts: readonly string[];
	/** Null: no usage is told. */
	readonly usage: { readonly input: unknown; readonly output: unknown } | null;
	/** Ended because of maxTokens. */
	readonly cut?: boolean;
}

/** A provider's format: an answer in one piece, and the events of a stream. */
export interface WireFormat {
	whole(saying: Saying): unknown;
	events(saying: Saying): readonly string[];
}

const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const named = (type: string, value: object): string => `event: ${type}\n${data({ type, ...value })}`;

const chatUsage = ({ usage }: Saying): object =>
	usage === null ? {} : { usage: { prompt_tokens: usage.input, completion_tokens: usage.output, total_tokens: 0 } };
const chatChunk = (choice: object, rest: object = {}): string =>
	data({ id: "c1", object: "chat.completion.chunk", created: 1, model: "m-1", choices: [{ index: 0, ...choice }], ...rest });

/** OpenAI's chat completions, which many speak. */
const chatCompletions: WireFormat = {
	whole: (saying) => ({
		id: "c1",
		object: "chat.completion",
		created: 1,
		model: "m-1",
		choices: [
			{ index: 0, message: { role: "assistant", content: saying.parts.join("") }, finish_reason: saying.cut === true ? "length" : "stop" },
		],
		...chatUsage(saying),
	}),
	events: (saying) => [
		chatChunk({ delta: { role: "assistant", content: "" }, finish_reason: null }),
		...saying.parts.map((content) => chatChunk({ delta: { content }, finish_reason: null })),
		chatChunk({ delta: {}, finish_reason: saying.cut === true ? "length" : "stop" }),
		...(saying.usage === null ? [] : [data({ id: "c1", created: 1, model: "m-1", choices: [], ...chatUsage(saying) })]),
		"data: [DONE]\n\n",
	],
};

const responseOf = (saying: Saying): object => ({
	id: "r1",
	object: "response",
	created_at: 1,
	status: saying.cut === true ? "incomplete" : "completed",
	incomplete_details: saying.cut === true ? { reason: "max_output_tokens" } : null,
	error: null,
	model: "m-1",
	output: [
		{
			type: "message",
			id: "msg1",
			role: "assistant",
			status: "completed",
			content: [{ type: "output_text", text: saying.parts.join(""), annotations: [] }],
		},
	],
	...(saying.usage === null ? {} : { usage: { input_tokens: saying.usage.input, output_tokens: saying.usage.output, total_tokens: 0 } }),
});

/** OpenAI's Responses. */
const responses: WireFormat = {
	whole: responseOf,
	events: (saying) => [
		named("response.created", { response: { id: "r1", created_at: 1, model: "m-1" } }),
		named("response.output_item.added", {
			output_index: 0,
			item: { type: "message", id: "msg1", role: "assistant", status: "in_progress", content: [] },
		}),
		...saying.parts.map((delta) => named("response.output_text.delta", { item_id: "msg1", output_index: 0, content_index: 0, delta })),
		named("response.output_item.done", {
			output_index: 0,
			item: { type: "message", id: "msg1", role: "assistant", status: "completed", content: [] },
		}),
		named(saying.cut === true ? "response.incomplete" : "response.completed", { response: responseOf(saying) }),
	],
};

/** Anthropic's Messages. */
const messages: WireFormat = {
	whole: (saying) => ({
		id: "msg1",
		type: "message",
		role: "assistant",
		model: "m-1",
		content: [{ type: "text", text: saying.parts.join("") }],
		stop_reason: saying.cut === true ? "max_tokens" : "end_turn",
		stop_sequence: null,
		...(saying.usage === null ? {} : { usage: { input_tokens: saying.usage.input, output_tokens: saying.usage.output } }),
	}),
	events: (saying) => [
		named("message_start", {
			message: {
				id: "msg1",
				type: "message",
				role: "assistant",
				model: "m-1",
				content: [],
				stop_reason: null,
				stop_sequence: null,
				usage: { input_tokens: saying.usage?.input ?? 0, output_tokens: 0 },
			},
		}),
		named("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
		named("ping", {}),
		...saying.parts.map((text) => named("content_block_delta", { index: 0, delta: { type: "text_delta", text } })),
		named("content_block_stop", { index: 0 }),
		named("message_delta", {
			delta: { stop_reason: saying.cut === true ? "max_tokens" : "end_turn", stop_sequence: null },
			usage: { output_tokens: saying.usage?.output ?? 0 },
		}),
		named("message_stop", {}),
	],
};

const candidate = (text: string, saying: Saying, isLast: boolean): object => ({
	candidates: [
		{
			content: { role: "model", parts: [{ text }] },
			index: 0,
			...(isLast ? { finishReason: saying.cut === true ? "MAX_TOKENS" : "STOP" } : {}),
		},
	],
	...(isLast && saying.usage !== null
		? { usageMetadata: { promptTokenCount: saying.usage.input, candidatesTokenCount: saying.usage.output, totalTokenCount: 0 } }
		: {}),
});

/** Google's generateContent. */
const generateContent: WireFormat = {
	whole: (saying) => candidate(saying.parts.join(""), saying, true),
	events: (saying) => [...saying.parts.map((text) => data(candidate(text, saying, false))), data(candidate("", saying, true))],
};

/** Which format a request speaks, by its path, and whether it asks for a stream. */
export const wireOf = (path: string, body: string): { format: WireFormat; stream: boolean } | null => {
	if (path.endsWith("/chat/completions")) return { format: chatCompletions, stream: asksStream(body) };
	if (path.endsWith("/responses")) return { format: responses, stream: asksStream(body) };
	if (path.endsWith("/messages")) return { format: messages, stream: asksStream(body) };
	if (path.endsWith(":generateContent")) return { format: generateContent, stream: false };
	if (path.endsWith(":streamGenerateContent?alt=sse")) return { format: generateContent, stream: true };
	return null;
};

const asksStream = (body: string): boolean => {
	const request: unknown = JSON.parse(body);
	return typeof request === "object" && request !== null && "stream" in request && request.stream === true;
};
