import { RegistryCache } from "../db/registry-cache.ts";
import type { KnownKey } from "./key-store.ts";

/** This isolate's keys by locator. Changes of a key forget it, changes of a tenant's status forget all. */
export const knownKeys = new RegistryCache<KnownKey>();
