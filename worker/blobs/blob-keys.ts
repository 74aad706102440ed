/** Where content lies in the store. A key begins with its tenant, so that nothing of one can be listed or removed by another's. */
export const handleKey = (tenantId: string, runId: string, handle: string): string => `${runPrefix(tenantId, runId)}handles/${handle}`;

/** @param name opaque and unique in the run. */
export const fileKey = (tenantId: string, runId: string, name: string): string => `${runPrefix(tenantId, runId)}files/${name}`;

/** The recording of an ended run. */
export const journalKey = (tenantId: string, runId: string): string => `${runPrefix(tenantId, runId)}journal.json`;

/** An answer that is too large for the agent's object. @param callId of the call that it was given for */
export const answerKey = (tenantId: string, runId: string, callId: string): string => `${runPrefix(tenantId, runId)}answers/${callId}`;

/** @param resourceId of the dataset, not its name: one that is made again under a name has nothing of the one before. @param part opaque; a key is written once. */
export const datasetKey = (tenantId: string, resourceId: string, part: string): string => `${datasetPrefix(tenantId, resourceId)}${part}`;

export const datasetPrefix = (tenantId: string, resourceId: string): string => `tenants/${tenantId}/datasets/${resourceId}/`;

const runPrefix = (tenantId: string, runId: string): string => `tenants/${tenantId}/runs/${runId}/`;
