/*
 * H11 Hides the host behind a user name, a backslash, a fragment and other places where parsers differ
 * wall: egress
 * ends: returns ["refused","to the allowed host"]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const [good, bad] = [input.upstream, input.forbidden];
	const targets = [
		`http://${good}@${bad}/`, `http://user:pass@${good}/`, `http://@${good}/`, `http://:@${bad}/`, `http://${good}:80@${bad}/`, `http://${bad}\\@${good}/`, `http://${good}\\@${bad}/`, `http://${good}#@${bad}/x`.replace("#@", "%23@"), `http://${good}%40${bad}/`, `http://${good}%2f@${bad}/`,
		`http://${bad}%2f@${good}/`, `http:\\\\${bad}\\`, `http:///${bad}/`, `http:${bad}`, `//${bad}/`, `/\\${bad}/`, `http://${good};@${bad}/`, `http://${good}&@${bad}/`, `http://${good} @${bad}/`, `http://[${good}]@${bad}/`, `http://${good}\t@${bad}/`, `http://${good}\n@${bad}/`,
		`http://foo@${good}@${bad}/`, `http://foo@${bad}:80@${good}/`, `http://${good}＠${bad}/`, `http://${good}／@${bad}/`,
	];
	const said = await Promise.all(targets.flatMap((target) => [fetch, env.web.fetch].map((go) => go(target).then((r) => (new URL(r.url).host === good ? "to the allowed host" : `ESCAPED ${r.url}`), (e) => (["egress_denied", "invalid_arguments"].includes(e.code) ? "refused" : String(e.code))))));
	return [...new Set(said)];
};
