/**
 * An operation's path as hono routes it: `{id}` is one segment; `{path}` at the end takes the rest with its slashes; so does `{name}` at the end, so
 * that a name with a slash is answered by what names may be, not as an unknown path.
 */
export const routePattern = (path: string): string => path.replace(/\{(path|name)\}$/, ":$1{.+}").replace(/\{([a-z]+)\}/gi, ":$1");
