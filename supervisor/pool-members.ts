import type { PoolMember } from "./pool-member.ts";

/** The executor processes of a pool, by whose they are. `null` in the place of a tenant: those that nobody has used. */
export class PoolMembers extends Set<PoolMember> {
	of(tenantId: string | null): PoolMember[] {
		return [...this].filter((member) => member.tenantId === tenantId);
	}

	/** Least recently used first. */
	idleOf(tenantId: string | null): PoolMember[] {
		return this.of(tenantId)
			.filter((member) => !member.busy)
			.sort((one, other) => one.idleSinceMs - other.idleSinceMs);
	}

	busyOf(tenantId: string): number {
		return this.of(tenantId).filter((member) => member.busy).length;
	}

	/** Of all tenants. */
	get busy(): number {
		return [...this].filter((member) => member.busy).length;
	}
}
