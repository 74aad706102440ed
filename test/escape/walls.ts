/** What a wall promises, who keeps the promise on one machine and on Cloudflare, and how far attacks on it are tried here. */
export interface WallPromise {
	readonly promise: string;
	readonly here: string;
	readonly cloudflare: string;
	/** `both`: what is attacked here is the same code there. `here`: only one machine has it. `design`: no attack tries it. */
	readonly tested: "both" | "here" | "design";
	/** Tests outside test/escape that try it, from the root: where it is not tried by programs through the API alone. */
	readonly otherTests?: readonly string[];
}

/** Every wall that an attack may name. */
export const WALLS = {
	isolate: {
		promise: "A program has its own modules, `env` and the language, nothing of the host's and no code made from text.",
		here: "A fresh V8 isolate in a process of its own; flags of the runtime",
		cloudflare: "Worker Loader: a fresh V8 isolate; the same flags",
		tested: "both",
	},
	boundary: {
		promise: "Bounded JSON is all that crosses, both ways; nothing that a program made runs on the host.",
		here: "Harness, then gate and supervisor parse bounded text",
		cloudflare: "Harness, then gate and executor parse bounded text",
		tested: "both",
	},
	nouns: {
		promise: "No key, secret, binding or environment variable is anywhere that a program can look.",
		here: "Executor processes are started without any; only strings cross",
		cloudflare: "The isolate's `env` has its grants and nothing else",
		tested: "both",
	},
	network: {
		promise: "Not one packet leaves a program but through a grant.",
		here: "`globalOutbound: null`; the process has an empty network namespace",
		cloudflare: "`globalOutbound: null`",
		tested: "both",
	},
	egress: {
		promise:
			"A grant's request goes to the hosts, methods and paths that it allows, never to a private address, each redirect checked again.",
		here: "http.fetch and its address guard; workerd checks addresses when it connects",
		cloudflare: "http.fetch and its address guard; the platform has no way to private addresses",
		tested: "both",
	},
	cpu: {
		promise: "A run's CPU time ends at its limit, whatever it computes.",
		here: "The supervisor reads the process's CPU time and kills it; `prlimit --cpu` behind it",
		cloudflare: "`limits.cpuMs` of the isolate",
		tested: "here",
	},
	memory: {
		promise: "A run's memory ends at its limit and takes nobody else along.",
		here: "Heap limit, `prlimit --data`, resident size watched",
		cloudflare: "128 MB an isolate",
		tested: "here",
	},
	"wall-time": {
		promise: "A run ends at its deadline, busy or asleep.",
		here: "The supervisor's deadline, then a kill; the lease behind it",
		cloudflare: "The host's deadline; the lease behind it",
		tested: "both",
	},
	process: {
		promise: "Who leaves the isolate stands in a process that sees no file, no process, no network and no other run.",
		here: "Namespaces, a read-only root with nothing in it, no environment, no new privileges",
		cloudflare: "The platform's own process walls",
		tested: "here",
		otherTests: ["test/node/supervisor/enclosure.test.ts"],
	},
	grants: {
		promise: "A call does what its grant says and nothing else, in this run and never after it.",
		here: "Gate and agent's object",
		cloudflare: "Gate and agent's object",
		tested: "both",
	},
	flow: {
		promise: "After private and untrusted data have met, nothing goes out but as the policy says.",
		here: "Agent's object, before each call",
		cloudflare: "Agent's object, before each call",
		tested: "both",
		otherTests: ["test/flow"],
	},
	approvals: {
		promise: "What a person approved is done, once, with the arguments that were shown.",
		here: "Agent's object executes what is stored",
		cloudflare: "Agent's object executes what is stored",
		tested: "both",
	},
	budget: {
		promise: "Settled and held never pass the limit, on any level.",
		here: "Agent's and tenant's objects: hold, then settle",
		cloudflare: "Agent's and tenant's objects: hold, then settle",
		tested: "both",
	},
	ledger: {
		promise: "The record says what the host saw, in order, and a program cannot write in it.",
		here: "Agent's object; hash chain",
		cloudflare: "Agent's object; hash chain",
		tested: "both",
	},
	tenancy: {
		promise: "Nothing of another tenant exists for a key.",
		here: "The tenant comes from the key; every store takes it first",
		cloudflare: "The tenant comes from the key; every store takes it first",
		tested: "both",
	},
	keys: {
		promise: "No request acts without a valid key and its scope; a wrong one learns nothing.",
		here: "Authentication before any room",
		cloudflare: "Authentication before any room",
		tested: "both",
	},
	idempotency: {
		promise: "One idempotency key is one run, whoever sends it how often.",
		here: "Agent's object",
		cloudflare: "Agent's object",
		tested: "both",
	},
	secrets: {
		promise: "A sealed value never comes back: not in an answer, a log, an error, a row.",
		here: "Opened inside a verb only; cut out of what comes back",
		cloudflare: "Opened inside a verb only; cut out of what comes back",
		tested: "both",
	},
	verbs: {
		promise: "A verb's own bounds hold against arguments and answers that mean harm.",
		here: "Each verb's schema, bounds and engine",
		cloudflare: "Each verb's schema, bounds and engine",
		tested: "both",
	},
	viewer: {
		promise: "Stored text is never code, markup or a command where it is shown.",
		here: "JSON with its type, nosniff, attachments",
		cloudflare: "JSON with its type, nosniff, attachments",
		tested: "both",
	},
	neighbours: {
		promise: "A run notices nothing of another: no state, no failure, no delay beyond its share.",
		here: "One run at a time in a process; a fair queue between tenants",
		cloudflare: "An isolate a run; the platform's scheduling",
		tested: "here",
	},
	host: {
		promise: "No request stalls, crashes or confuses the host.",
		here: "Bounds on everything that is read; strict schemas",
		cloudflare: "Bounds on everything that is read; strict schemas",
		tested: "both",
	},
	webhooks: {
		promise: "Only authentic, fresh, unseen messages start a run; what goes out is signed and reaches no private address.",
		here: "Signatures, ids and the address guard",
		cloudflare: "Signatures, ids and the address guard",
		tested: "design",
	},
} as const satisfies Readonly<Record<string, WallPromise>>;

export type Wall = keyof typeof WALLS;

export const isWall = (name: string): name is Wall => Object.hasOwn(WALLS, name);
