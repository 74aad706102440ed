import { StepDied } from "./sim-storage.ts";
import type { World } from "./world.ts";

/** What becomes of the messages of a world's object, and what else happens while they are under way. */
export const setFates = (world: World): void => {
	const { chance } = world;
	world.archive.fate = async () => {
		const life = world.life;
		const touched = world.touched;
		await world.meanwhile();
		if (life !== world.life) {
			world.reach("the object was evicted while a message of it was under way");
			throw new StepDied("the object was evicted");
		}
		if (touched !== world.touched) world.reach("something changed while its copy was on the way to the archive");
		if (chance.isIn(world.faults.archiveUnheard)) {
			world.reach("the archive was not reached");
			return "unheard";
		}
		if (!chance.isIn(world.faults.archiveUnanswered)) return "taken";
		world.reach("the archive's answer was lost");
		return "unanswered";
	};
	world.endpoints.fate = async () => {
		const life = world.life;
		await world.meanwhile();
		if (life !== world.life) throw new StepDied("the object was evicted");
		if (chance.isIn(world.faults.endpointsUnheard)) return "unheard";
		if (!chance.isIn(world.faults.endpointsUnanswered)) return "taken";
		if (chance.isIn(0.5)) return "refused";
		world.reach("the endpoints' answer was lost");
		return "unanswered";
	};
	world.store.fate = async () => {
		if (!chance.isIn(world.faults.storeFails)) return;
		world.reach("a recording was not taken by the store");
		throw new Error("Storing recordings: the store was not reached");
	};
	world.tenant.fate = async () => {
		const life = world.life;
		await world.meanwhile();
		if (life !== world.life) return "unheard";
		return chance.isIn(world.faults.tenantFails) ? chance.pick(["unheard", "unanswered", "twice"]) : "heard";
	};
};
