import type { BudgetLimits, Limits } from "../../../contract/budgets.ts";
import type { OneAgent } from "./one-agent.ts";

/** An agent's object in the world: it dies and comes back, its storage stays. */
export interface Place {
	readonly agentId: string;
	readonly identity: { readonly tenantId: string; readonly agentId: string };
	/** The object's name, and that of its slices. */
	readonly holder: string;
	readonly context: DurableObjectState;
	object: OneAgent;
	/** Ends everything that this life of the object has not come to the end of. */
	die: () => void;
	dead: Promise<null>;
	web: BudgetLimits;
	pay: Limits;
}
