/*
 * C16 Returns its own module's namespace, whose getters are live
 * wall: boundary
 * ends: result_not_serializable
 */
import * as self from "./main.js";
export const secret = () => 1;
export default () => self;
