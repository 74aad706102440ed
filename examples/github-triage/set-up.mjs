/**
 * Sets the example up on a Cordon that runs: two or three secrets, a model, the agent with its policy and program, the trigger, and an endpoint if a URL
 * is given for one. README.md says what the variables mean (`GITHUB_API` is for a GitHub of your own); every request that is made here stands there as curl.
 */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";

const {
	CORDON = "http://127.0.0.1:8787",
	KEY,
	REPO,
	GITHUB_TOKEN,
	WEBHOOK_SECRET = randomBytes(32).toString("hex"),
	GITHUB_API = "https://api.github.com",
	MODEL_PROVIDER = "openai",
	MODEL = "gpt-4.1-mini",
	MODEL_KEY,
	MODEL_URL,
	NOTIFY_URL,
} = process.env;

for (const [name, value] of Object.entries({ KEY, REPO, GITHUB_TOKEN, MODEL_KEY }))
	if (!value) throw new Error(`Setting up: found no ${name} in the environment, wanted one (README.md)`);
if (!/^[\w.-]+\/[\w.-]+$/.test(REPO)) throw new Error(`Setting up: found REPO ${REPO}, wanted owner/name`);

/** One request to Cordon. Only its method, path and status are shown: some bodies hold secrets. */
const ask = async (method, path, body) => {
	const headers = { authorization: `Bearer ${KEY}`, "content-type": "application/json" };
	const response = await fetch(`${CORDON}${path}`, { method, headers, body: JSON.stringify(body) });
	const answer = await response.json();
	console.log(`${method} ${path}: ${response.status}`);
	if (!response.ok) throw new Error(`Setting up: ${answer.error?.message ?? response.status}\n  ${answer.error?.hint ?? ""}`);
	return answer;
};

const read = (name) => readFile(new URL(name, import.meta.url), "utf8");
/** A file of this folder for your repository, and for another GitHub than github.com where there is one. */
const readFor = async (name) =>
	JSON.parse((await read(name)).replaceAll("OWNER/REPO", REPO).replaceAll("https://api.github.com", GITHUB_API));

// First: where there is a triage already, nothing of it is overwritten.
await ask("POST", "/v1/agents", {
	name: "triage",
	policy: await readFor("policy.json"),
	program: await read("program.ts"),
	budget: { limits: { day: { runs: 200, usdMicros: 1_000_000 } } },
});
await ask("PUT", "/v1/secrets/github_token", { value: GITHUB_TOKEN });
await ask("PUT", "/v1/secrets/github_webhook", { value: WEBHOOK_SECRET });
await ask("PUT", "/v1/secrets/model_key", { value: MODEL_KEY });
await ask("PUT", "/v1/models/triage", {
	routes: [
		{
			provider: MODEL_PROVIDER,
			model: MODEL,
			secret: "model_key",
			...(MODEL_URL ? { baseUrl: MODEL_URL } : {}),
			usdMicrosPerMillionInput: 400_000,
			usdMicrosPerMillionOutput: 1_600_000,
		},
	],
});
const trigger = await ask("POST", "/v1/triggers", await readFor("trigger.json"));
const endpoint = NOTIFY_URL
	? await ask("POST", "/v1/endpoints", { url: NOTIFY_URL, events: ["run.waiting_approval", "run.succeeded", "run.failed"] })
	: null;

console.log(`
In the settings of ${REPO} on GitHub, under Webhooks, Add webhook:
  Payload URL   ${trigger.url}
  Content type  application/json
  Secret        ${WEBHOOK_SECRET}
  Events        Let me select individual events: Issues`);
if (endpoint !== null) console.log(`\nEvents go to ${NOTIFY_URL}, signed with (shown this once)\n  ${endpoint.secret}`);
