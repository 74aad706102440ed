import type { Policy } from "../../contract/agents.ts";
import type { Issue } from "../../contract/describe-issues.ts";
import { pathFault } from "../verbs/files/check-path.ts";
import { coveringMount } from "../verbs/files/covering-mount.ts";
import { files } from "../verbs/files/files.ts";
import { FilesGrant, toFileScope } from "../verbs/files/files-grant.ts";
import type { PolicyGrant } from "./bind-policy.ts";

/** What is wrong with the place of a policy's canary: nothing could read it there. None: nothing is, or it has none. */
export const canaryFaults = ({ canary }: Policy, grants: ReadonlyMap<string, PolicyGrant>): Issue[] => {
	if (canary === undefined) return [];
	const { path } = canary;
	const fault = pathFault(path);
	const found = JSON.stringify(path.slice(0, 100));
	if (fault !== null) return [{ path: "canary.path", found, wanted: `the path of a file: ${fault}` }];
	const mounts = [...grants.values()]
		.filter(({ verb }) => verb === files.name)
		.flatMap(({ grant }) => toFileScope(FilesGrant.parse(grant)).mounts)
		.filter((mount) => mount.path !== path);
	if (coveringMount(mounts, path) !== null) return [];
	const shown = mounts.slice(0, 8).map((mount) => mount.path);
	const wanted =
		shown.length === 0 ? "a files grant, in a mount of which it lies" : `a file below a mount of a files grant: ${shown.join(", ")}`;
	return [{ path: "canary.path", found, wanted }];
};
