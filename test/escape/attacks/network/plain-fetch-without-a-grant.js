/*
 * H01 Fetches, with every global that may fetch, in a run without any grant
 * wall: network
 * ends: returns ["capability_not_granted","capability_not_granted","capability_not_granted","capability_not_granted"]
 * grants: []
 * limits: { "wallMs": 25000 }
 */
export default async (input) => {
	const tries = [`http://${input.forbidden}/`, `http://${input.upstream}/`, "https://example.com/", new Request(`http://${input.forbidden}/`)];
	return Promise.all(tries.map((target) => fetch(target).then((r) => "ESCAPED " + r.status, (e) => e.code)));
};
