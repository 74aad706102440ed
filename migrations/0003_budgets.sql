CREATE TABLE `events` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`agent_id` text,
	`run_id` text,
	`type` text NOT NULL,
	`at_ms` integer NOT NULL,
	`data` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `events_by_tenant` ON `events` (`tenant_id`,`id`);--> statement-breakpoint
CREATE INDEX `events_by_type` ON `events` (`tenant_id`,`type`,`id`);--> statement-breakpoint
ALTER TABLE `calls` ADD `agent_id` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `calls` ADD `started_at_ms` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `calls` ADD `verb` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `calls` ADD `model` text;--> statement-breakpoint
ALTER TABLE `calls` ADD `charged` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `calls` ADD `tokens` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `calls` ADD `egress_bytes` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `calls` ADD `usd_micros` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
UPDATE `calls` SET
	`agent_id` = coalesce((SELECT `agent_id` FROM `runs` WHERE `runs`.`id` = `calls`.`run_id`), (SELECT `id` FROM `agents` WHERE `agents`.`tenant_id` = `calls`.`tenant_id` AND `agents`.`locator` = substr(`calls`.`run_id`, -16)), ''),
	`started_at_ms` = coalesce(json_extract(`record`, '$.startedAtMs'), 0),
	`verb` = coalesce(json_extract(`record`, '$.verb'), ''),
	`charged` = iif(json_extract(`record`, '$.status') = 'planned', 0, coalesce(json_extract(`record`, '$.cost.calls'), 0)),
	`tokens` = iif(json_extract(`record`, '$.status') = 'planned', 0, coalesce(json_extract(`record`, '$.cost.tokens'), 0)),
	`egress_bytes` = iif(json_extract(`record`, '$.status') = 'planned', 0, coalesce(json_extract(`record`, '$.cost.egressBytes'), 0)),
	`usd_micros` = iif(json_extract(`record`, '$.status') = 'planned', 0, coalesce(json_extract(`record`, '$.cost.usdMicros'), 0));--> statement-breakpoint
CREATE INDEX `calls_by_time` ON `calls` (`tenant_id`,`started_at_ms`,`agent_id`,`verb`,`model`,`charged`,`tokens`,`egress_bytes`,`usd_micros`);--> statement-breakpoint
ALTER TABLE `runs` ADD `own_usd_micros` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `runs` ADD `cpu_ms` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `runs` ADD `wall_ms` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `runs` ADD `parent_run_id` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `root_run_id` text;--> statement-breakpoint
UPDATE `runs` SET
	`own_usd_micros` = coalesce(json_extract(`summary`, '$.usage.usdMicros'), 0) - (SELECT coalesce(sum(`usd_micros`), 0) FROM `calls` WHERE `calls`.`tenant_id` = `runs`.`tenant_id` AND `calls`.`run_id` = `runs`.`id`),
	`cpu_ms` = coalesce(json_extract(`summary`, '$.usage.cpuMs'), 0),
	`wall_ms` = coalesce(json_extract(`summary`, '$.usage.wallMs'), 0);--> statement-breakpoint
CREATE INDEX `runs_by_parent` ON `runs` (`tenant_id`,`parent_run_id`,`id`) WHERE parent_run_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `runs_by_root` ON `runs` (`tenant_id`,`root_run_id`,`id`) WHERE root_run_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `runs_by_time` ON `runs` (`tenant_id`,`created_at_ms`,`agent_id`,`own_usd_micros`,`cpu_ms`,`wall_ms`);--> statement-breakpoint
ALTER TABLE `tenants` ADD `prices` text;--> statement-breakpoint
ALTER TABLE `tenants` ADD `prices_version` integer DEFAULT 0 NOT NULL;