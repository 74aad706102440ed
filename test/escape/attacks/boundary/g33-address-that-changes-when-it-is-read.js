/*
 * G33 Fetches an address whose text is the allowed one when it is first read, and another after that
 * wall: egress
 * ends: contained
 */
export default async (input, env) => {
	const got = [];
	const turns = () => {
		let reads = 0;
		const read = () => {
			reads += 1;
			return `http://${reads === 1 ? input.upstream : input.forbidden}/`;
		};
		return { toString: read, [Symbol.toPrimitive]: read, valueOf: read };
	};
	class Address extends URL {
		#turn = turns();
		get href() {
			return this.#turn.toString();
		}
		toString() {
			return this.#turn.toString();
		}
	}
	const init = {
		get method() {
			this.reads = (this.reads ?? 0) + 1;
			return this.reads === 1 ? "GET" : "DELETE";
		},
	};
	for (const address of [turns(), new Address(`http://${input.upstream}/`), new Proxy(new URL(`http://${input.upstream}/`), {})]) {
		for (const fetched of [env.web.fetch, fetch]) got.push(await fetched(address, init).then(({ status }) => status, (error) => error.code));
	}
	return got;
};
