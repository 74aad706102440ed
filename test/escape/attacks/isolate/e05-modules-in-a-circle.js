/*
 * E05 Imports in circles, and itself, and reads what is not there yet
 * wall: isolate
 * ends: returns ["ReferenceError",true,true]
 */
import { a, readB } from "./a.js";
import * as self from "./main.js";
export default async () => [readB(), self.default === (await import("./main.js")).default, a === 1];
// --- module: a.js
import { said } from "./b.js";
export const a = 1;
export const readB = () => said;
// --- module: b.js
import { a } from "./a.js";
let text = "ESCAPED";
try {
	text = `${a}`;
} catch (error) {
	text = error.name;
}
export const said = text;
