/*
 * H17 Is answered with cookies, refreshes, preloads and other headers that make a client do something
 * wall: egress
 * ends: returns [[],null]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const acting = [["set-cookie", "a=b"], ["set-cookie2", "a=b"], ["clear-site-data", "*"], ["refresh", `0;url=http://${input.forbidden}/`], ["link", `<http://${input.forbidden}/>; rel=preload`], ["strict-transport-security", "max-age=1"], ["alt-svc", `h2="${input.forbidden}"`], ["service-worker-allowed", "/"], ["report-to", "{}"], ["nel", "{}"], ["content-location", `http://${input.forbidden}/`], ["proxy-authenticate", "Basic"]];
	const response = await env.web.fetch(`http://${input.upstream}/answer?headers=${encodeURIComponent(JSON.stringify(acting))}`);
	const kept = [...response.headers.keys()].filter((name) => acting.some(([each]) => each === name && each !== "content-location"));
	const echo = await (await env.web.fetch(`http://${input.upstream}/echo`)).json();
	return [kept, echo.headers.cookie ?? null];
};
