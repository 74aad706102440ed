/*
 * E03 Imports a library that its agent's policy does not grant
 * wall: grants
 * ends: refused invalid_program
 */
import { Bash } from "just-bash";
export default async () => `ESCAPED ${typeof Bash}`;
