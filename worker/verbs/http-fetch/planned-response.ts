import { responseValue } from "../response-value.ts";
import type { FetchPlan } from "./fetch-plan.ts";
import type { HeaderList } from "./request-headers.ts";

/** Empty JSON, which reads as text too. */
const PLANNED_BODY = "{}";
/** Says to a program that looks that nothing was sent. */
const HEADERS: HeaderList = [
	["content-type", "application/json"],
	["x-cordon-planned", "true"],
];

/** What a dry run answers in place of a response: success, in the shape that was asked for, of an empty object. A handle stands for nothing that could be opened. */
export const plannedResponse = ({ first, deliver }: Pick<FetchPlan, "first" | "deliver">): unknown => {
	const url = first.url.href;
	const record = { status: 200, url, headers: Object.fromEntries(HEADERS), bytes: PLANNED_BODY.length };
	switch (deliver) {
		case "whole":
			return responseValue({ status: 200, url, headers: HEADERS, body: PLANNED_BODY });
		case "parts":
			return record;
		case "handle":
			return { ...record, handle: "", type: "application/octet-stream" };
	}
};
