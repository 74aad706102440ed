/*
 * H03 Asks the metadata services of every cloud, in every spelling that it knows
 * wall: egress
 * ends: returns ["egress_denied"]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const hosts = [
		"169.254.169.254", "169.254.169.254.", "169.254.43518", "169.16689662", "2852039166", "0xa9fea9fe", "0xa9.0xfe.0xa9.0xfe", "0251.0376.0251.0376", "025177524776",
		"[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]", "[fd00:ec2::254]", "[fd20:ce::254]", "169.254.170.2", "100.100.100.200", "168.63.129.16",
		"metadata.google.internal", "metadata.google.internal.", "METADATA.google.internal", "metadata", "metadata.goog", "instance-data", "instance-data.ec2.internal", "metadata.packet.net", "metadata.tencentyun.com",
		"①⑥⑨.②⑤④.①⑥⑨.②⑤④", "169。254。169。254", "%31%36%39.254.169.254",
	];
	const said = await Promise.all(hosts.flatMap((host) => [fetch, env.web.fetch].map((go) => go(`http://${host}/latest/meta-data/`, { headers: { "metadata-flavor": "Google", "x-aws-ec2-metadata-token": "x" } }).then((r) => "ESCAPED " + r.status, (e) => e.code))));
	return [...new Set(said)];
};
