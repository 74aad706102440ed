/*
 * E01 Looks for a second realm whose eval nobody has closed
 * wall: isolate
 * ends: returns []
 */
const NAMES = ["ShadowRealm", "Realm", "Compartment", "Worker", "SharedWorker", "Worklet", "document", "window", "frames", "importScripts", "vm"];
export default () => NAMES.filter((name) => typeof globalThis[name] !== "undefined");
