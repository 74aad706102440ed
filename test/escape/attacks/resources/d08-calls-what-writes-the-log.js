/*
 * D08 Calls what writes the log
 * wall: ledger
 * ends: returns ["undefined", "undefined", "undefined", "undefined", "undefined", "undefined"]
 */
export default async (_input, env) => {
	const tried = [];
	for (const name of ["log", "record", "__stepRecord", "endCall", "finish", "constructor"])
		tried.push(typeof env.files[name]);
	return tried;
};
