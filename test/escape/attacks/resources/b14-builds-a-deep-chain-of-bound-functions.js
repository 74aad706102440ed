/*
 * B14 Binds a function two hundred thousand times and calls it
 * wall: memory
 * ends: contained
 * limits: { "cpuMs": 2000, "wallMs": 24000 }
 */
export default async () => {
	let call = () => 1;
	for (let i = 0; i < 2e5; i += 1) call = call.bind(null);
	try {
		return [call(), new (Object.setPrototypeOf(function () {}, call))()];
	} catch (error) {
		return error.name;
	}
};
