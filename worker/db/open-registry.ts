import { drizzle } from "drizzle-orm/d1";
import type { Env } from "../env.ts";

/** D1 through drizzle: every value is a bound parameter. */
export const openRegistry = (env: Pick<Env, "DB">) => drizzle(env.DB);
