/*
 * X21 Has the echo compressed, so that nothing looks for it
 * wall: secrets
 * ends: returns ["redacted","redacted","upstream_failed","upstream_failed"]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const said = await Promise.all(["gzip", "br", "deflate", "zstd"].map((as) => env.web.fetch(`http://${input.upstream}/packed?as=${as}`).then(async (r) => { const text = await r.text(); return text.includes("[redacted]") && !text.includes("sealed") ? "redacted" : `ESCAPED ${as}`; }, (e) => e.code)));
	return said;
};
