/**
 * The functions that a statement may call, in SQLite's own spelling. A list of what is allowed: whatever a later build brings stays out until it
 * is looked at. Left out on purpose: `load_extension`, tokenizers and other doors; `changes`, `total_changes`, `last_insert_rowid`, which tell of
 * other statements; `sqlite_log`, `sqlite_offset`, compile options; `json_patch`, whose one step is quadratic in the fields of its objects.
 */
export const ALLOWED_FUNCTIONS: ReadonlySet<string> = new Set(
	`abs char coalesce concat concat_ws format glob hex if ifnull iif instr length like likelihood likely lower ltrim max min nullif octet_length
	printf quote random randomblob replace round rtrim sign soundex sqlite_version substr substring trim typeof unhex unicode unistr unistr_quote
	unlikely upper zeroblob
	avg count group_concat string_agg sum total median percentile percentile_cont percentile_disc
	row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
	date time datetime julianday unixepoch strftime timediff current_date current_time current_timestamp
	json jsonb json_array jsonb_array json_array_length json_array_insert jsonb_array_insert json_error_position json_extract jsonb_extract -> ->>
	json_insert jsonb_insert json_object jsonb_object json_pretty json_remove jsonb_remove json_replace jsonb_replace
	json_set jsonb_set json_type json_valid json_quote json_group_array jsonb_group_array json_group_object jsonb_group_object
	acos acosh asin asinh atan atan2 atanh ceil ceiling cos cosh degrees exp floor ln log log10 log2 mod pi pow power radians sin sinh sqrt tan
	tanh trunc`
		.split(/\s+/)
		.filter((name) => name !== ""),
);

/** Table-valued functions that make rows of an argument. */
export const ALLOWED_TABLE_FUNCTIONS: ReadonlySet<string> = new Set(["json_each", "json_tree", "jsonb_each", "jsonb_tree"]);
