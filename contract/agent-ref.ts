import { z } from "zod";
import { LIMITS } from "./limits.ts";

/** An agent of the tenant, by its id or by its name: what has the shape of an id is one, and no name has it. */
export const AgentRef = z.string().min(1).max(LIMITS.nameChars).describe("id or name");

/** The same in a URL, where an empty one is nobody's. */
const AgentInUrl = z.string().max(LIMITS.nameChars).describe("id or name");

/** Of whose agent a list is asked for. */
export const AgentInQuery = AgentInUrl.optional();

/** The path of what is an agent's. */
export const byAgent = z.strictObject({ id: AgentInUrl });
