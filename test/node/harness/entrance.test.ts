import { expect, it } from "vitest";

interface Entrance {
	enter(isolate: string | null): void;
	leave(): void;
}
// By its path: the harness's types are of another project.
const { createEntrance }: { createEntrance: () => Entrance } = await import(
	new URL("../../../worker/harness/entrance.js", import.meta.url).href
);

/** Whether somebody with this name is let in. */
const isLetIn = (entrance: Entrance, name: string | null): boolean => {
	try {
		entrance.enter(name);
		return true;
	} catch {
		return false;
	}
};

it("a fresh isolate lets one in, and nobody after it", () => {
	const entrance = createEntrance();
	expect(isLetIn(entrance, null)).toBe(true);
	entrance.leave();
	expect([isLetIn(entrance, null), isLetIn(entrance, "a")]).toEqual([false, false]);
});

it("a warm isolate lets in who knows its name, one at a time", () => {
	const entrance = createEntrance();
	expect([isLetIn(entrance, "a"), isLetIn(entrance, "a")]).toEqual([true, false]);
	entrance.leave();
	expect([isLetIn(entrance, null), isLetIn(entrance, "b"), isLetIn(entrance, "a")]).toEqual([false, false, true]);
});
