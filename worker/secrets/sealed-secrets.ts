import { RegistryCache } from "../db/registry-cache.ts";

/** This isolate's sealed rows by `tenant/name`. Nothing opened is ever in it. */
export const sealedSecrets = new RegistryCache<{ readonly version: number; readonly sealed: string }>();
