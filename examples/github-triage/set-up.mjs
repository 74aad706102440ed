/**
 * Sets the example up on a Cordon that runs: an endpoint if a URL is given for one, the agent with its policy and program, three secrets, a model, the trigger.
 * README.md says what the variables mean (`GITHUB_API` is for a GitHub of your own); every request that makes something stands there as curl. It may run again:
 * what is there is used, and secrets and the model become what is given.
 */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";

const {
	CORDON = "http://127.0.0.1:8787",
	KEY,
	REPO,
	GITHUB_TOKEN,
	WEBHOOK_SECRET,
	GITHUB_API = "https://api.github.com",
	MODEL_PROVIDER = "openai",
	MODEL = "gpt-4.1-mini",
	MODEL_KEY,
	MODEL_URL,
	NOTIFY_URL,
} = process.env;

/** One request to Cordon. Only its method, path and status are shown: some bodies hold secrets. @returns null where GET finds nothing */
const ask = async (method, path, body) => {
	const headers = { authorization: `Bearer ${KEY}`, "content-type": "application/json" };
	const response = await fetch(`${CORDON}${path}`, { method, headers, body: JSON.stringify(body) }).catch(() => null);
	if (response === null) throw new Error(`${method} ${path}: found no answer, wanted one: is Cordon at ${CORDON}?`);
	console.log(`${method} ${path}: ${response.status}`);
	const answer = await response.json().catch(() => null);
	if (answer === null) throw new Error(`${method} ${path}: found an answer that is no JSON, wanted Cordon's: is Cordon at ${CORDON}?`);
	if (response.ok) return answer;
	if (response.status === 404 && method === "GET") return null;
	throw new Error([answer.error?.message ?? `${method} ${path}: ${response.status}`, answer.error?.hint].filter(Boolean).join(". "));
};

/** The first of a list, newest first, that fits; null: none does. */
const find = async (path, fits) => {
	for (let cursor = null; ; ) {
		const page = await ask("GET", `${path}?limit=100${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`);
		const found = page?.data.find(fits);
		cursor = page?.nextCursor ?? null;
		if (found !== undefined || cursor === null) return found ?? null;
	}
};

const read = (name) => readFile(new URL(name, import.meta.url), "utf8");
/** A file of this folder for your repository, and for another GitHub than github.com where there is one. */
const readFor = async (name) =>
	JSON.parse((await read(name)).replaceAll("OWNER/REPO", REPO).replaceAll("https://api.github.com", GITHUB_API));

/** The agent of this example where there is one already. @throws where another one has its name: nothing of that is overwritten. */
const findAgent = async (policy, program) => {
	const agent = await ask("GET", "/v1/agents/triage");
	if (agent === null || (isDeepStrictEqual(agent.policy, policy) && agent.program === program)) return agent;
	throw new Error(
		`Setting up: found an agent triage with another policy or program than this folder's for ${REPO}, wanted none. If it may go, with its runs and triggers: curl -X DELETE ${CORDON}/v1/agents/triage -H "authorization: Bearer $KEY", then begin again`,
	);
};

/** The endpoint of NOTIFY_URL. Its secret is printed as soon as there is one: nobody can read it later. */
const makeEndpoint = async () => {
	const found = await find("/v1/endpoints", ({ url, description }) => url === NOTIFY_URL && description === "triage");
	if (found !== null) {
		console.log(
			`\nEvents go to ${NOTIFY_URL} (${found.id}, ${found.status}): its secret was shown when it was made, its \`roll\` makes another.\n`,
		);
		return;
	}
	const events = ["run.waiting_approval", "run.succeeded", "run.failed"];
	const endpoint = await ask("POST", "/v1/endpoints", { url: NOTIFY_URL, events, description: "triage" });
	console.log(`\nEvents go to ${NOTIFY_URL}, signed with (shown this once)\n  ${endpoint.secret}\n`);
};

/** What GitHub signs with: what is given, else what there is, else a new one. Printed as soon as it is made. */
const makeWebhookSecret = async () => {
	if (!WEBHOOK_SECRET && (await find("/v1/secrets", ({ name }) => name === "triage_webhook")) !== null)
		return "as the last time (to give another one, set WEBHOOK_SECRET)";
	const value = WEBHOOK_SECRET || randomBytes(32).toString("hex");
	await ask("PUT", "/v1/secrets/triage_webhook", { value });
	if (!WEBHOOK_SECRET) console.log(`\nMade the webhook's secret\n  ${value}\n`);
	return value;
};

const setUp = async () => {
	for (const [name, value] of Object.entries({ KEY, REPO, GITHUB_TOKEN, MODEL_KEY }))
		if (!value) throw new Error(`Setting up: found no ${name} in the environment, wanted one (README.md)`);
	if (!/^[\w.-]+\/[\w.-]+$/.test(REPO)) throw new Error(`Setting up: found REPO ${REPO}, wanted owner/name`);
	const [policy, program] = [await readFor("policy.json"), await read("program.ts")];

	// What may be refused comes first: an agent of that name, then the endpoint's URL.
	const found = await findAgent(policy, program);
	if (NOTIFY_URL) await makeEndpoint();
	const budget = { limits: { day: { runs: 200, usdMicros: 1_000_000 } } };
	const agent = found ?? (await ask("POST", "/v1/agents", { name: "triage", policy, program, budget }));
	await ask("PUT", "/v1/secrets/triage_github_token", { value: GITHUB_TOKEN });
	await ask("PUT", "/v1/secrets/triage_model_key", { value: MODEL_KEY });
	const secret = await makeWebhookSecret();
	const prices = { usdMicrosPerMillionInput: 400_000, usdMicrosPerMillionOutput: 1_600_000 };
	const route = {
		provider: MODEL_PROVIDER,
		model: MODEL,
		secret: "triage_model_key",
		...(MODEL_URL ? { baseUrl: MODEL_URL } : {}),
		...prices,
	};
	await ask("PUT", "/v1/models/triage", { routes: [route] });
	const wanted = await readFor("trigger.json");
	const isOurs = (trigger) => trigger.agent === agent.id && trigger.name === wanted.name;
	const trigger = (await find("/v1/triggers", isOurs)) ?? (await ask("POST", "/v1/triggers", wanted));

	console.log(`
In the settings of ${REPO} on GitHub, under Webhooks, Add webhook:
  Payload URL   ${trigger.url}
  Content type  application/json
  Secret        ${secret}
  Events        Let me select individual events: Issues`);
};

await setUp().catch((error) => {
	console.error(error.message);
	process.exitCode = 1;
});
