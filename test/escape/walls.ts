import { WALLS } from "../../scripts/assurance/walls.ts";

const IDS: ReadonlySet<string> = new Set(WALLS.map(({ id }) => id));

/** Whether somebody has described a wall of that id: what it promises, and who keeps the promise. */
export const isWall = (id: string): boolean => IDS.has(id);
