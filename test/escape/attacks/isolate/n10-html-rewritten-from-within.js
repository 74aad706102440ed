/*
 * N10 Rewrites a page with handlers that rewrite it again, drop it, throw and keep its elements for later
 * wall: isolate
 * ends: contained
 */
export default async () => {
	const kept = [];
	const said = [];
	const page = () => new Response(`<p a="b">${"<i>x</i>".repeat(100)}</p>`);
	for (const handle of [
		(element) => element.remove() && element.setInnerContent("<script>1</script>", { html: true }),
		(element) => kept.push(element),
		() => {
			throw new Error("x");
		},
		(element) => new HTMLRewriter().on("*", { element: () => element.remove() }).transform(page()).text(),
		(element) => element.onEndTag((end) => kept.push(end)),
		() => new Promise(() => {}),
	]) {
		const text = new HTMLRewriter().on("*", { element: handle }).transform(page()).text();
		said.push(await Promise.race([text.then((got) => typeof got, (error) => error.name), new Promise((resolve) => setTimeout(() => resolve("late"), 200))]));
	}
	for (const element of kept) {
		try {
			said.push(typeof element.tagName, typeof element.name);
		} catch (error) {
			said.push(error.name);
		}
	}
	return said.length > 6;
};
