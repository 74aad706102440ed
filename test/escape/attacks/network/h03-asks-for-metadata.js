/*
 * H03 Asks for the cloud's metadata
 * wall: egress
 * ends: returns "egress_denied"
 */
export default async (_input, env) => {
	return env.web.fetch("http://169.254.169.254/latest/meta-data/").catch((e) => e.code);
};
