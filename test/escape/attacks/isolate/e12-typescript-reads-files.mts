/*
 * E12 Points the compiler at files of the host
 * wall: isolate
 * ends: refused invalid_program
 */
/// <reference path="/etc/passwd" />
/// <reference types="node" />
/** @jsxImportSource /etc */
//# sourceMappingURL=file:///etc/passwd
export * from "/etc/hosts";
export default async () => "ESCAPED";
