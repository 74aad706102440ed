/** Whether the registry says that a tenant is suspended. One that it does not have has no keys, and nothing to suspend. */
export const readIsSuspended = async (db: D1Database, tenantId: string): Promise<boolean> =>
	(await db.prepare("SELECT 1 FROM tenants WHERE id = ? AND status = 'suspended'").bind(tenantId).first()) !== null;
