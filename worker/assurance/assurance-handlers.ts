import { Assurance } from "../../contract/assurance.ts";
import type { Handlers } from "../handler.ts";
import results from "./assurance.json" with { type: "json" };
import { assurancePage } from "./assurance-page.ts";

const assurance = Assurance.parse(results);

/** What was found when the suite was last run and committed (`npm run assurance`); it does not change while a Worker lives. */
export const assuranceHandlers: Handlers<"getAssurance"> = {
	async getAssurance({ wantsPage }) {
		if (!wantsPage) return { status: 200, body: assurance };
		return new Response(String(assurancePage(assurance)), { headers: { "content-type": "text/html; charset=utf-8" } });
	},
};
