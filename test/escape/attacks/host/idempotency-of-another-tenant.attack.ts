/*
 * K03 Uses another tenant's idempotency key with the very same body
 * wall: idempotency
 * ends: held
 */
import { randomUUID } from "node:crypto";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const headers = { "idempotency-key": randomUUID() };
	const body = { language: "javascript", program: "export default () => 'mine'" } as const;
	const theirs = await scene.victim.api.run(body, headers);
	const ours = await scene.api.run(body, headers);
	if (ours.id === theirs.id) throw new Error("Another tenant's idempotency key: found its run, wanted one of our own");
	const again = await scene.victim.api.run(body, headers);
	if (again.id !== theirs.id) throw new Error("The other tenant's key afterwards: found another run, wanted its own");
};
