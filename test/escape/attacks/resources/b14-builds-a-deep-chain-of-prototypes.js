/*
 * B14 Builds a chain of two hundred thousand prototypes and looks something up in it
 * wall: memory
 * ends: contained
 * limits: { "cpuMs": 2000, "wallMs": 24000 }
 */
export default async () => {
	let object = {};
	for (let i = 0; i < 2e5; i += 1) object = Object.create(object);
	return [object.nothing === undefined, "nothing" in object, object instanceof Map];
};
