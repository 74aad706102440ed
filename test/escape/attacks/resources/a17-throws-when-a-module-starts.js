/*
 * A17 Throws what cannot be looked at before it is called
 * wall: isolate
 * ends: program_threw | invalid_program
 */
throw new Proxy(new Error("x"), {
	get() {
		throw new Error("looked at");
	},
});

export default async () => 1;
