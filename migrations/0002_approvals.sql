CREATE TABLE `approvals` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`run_id` text NOT NULL,
	`status` text NOT NULL,
	`revision` integer NOT NULL,
	`record` text NOT NULL,
	`args` text
);
--> statement-breakpoint
CREATE INDEX `approvals_by_tenant` ON `approvals` (`tenant_id`,`id`);--> statement-breakpoint
CREATE INDEX `approvals_by_status` ON `approvals` (`tenant_id`,`status`,`id`);--> statement-breakpoint
CREATE INDEX `approvals_by_agent` ON `approvals` (`tenant_id`,`agent_id`,`id`);--> statement-breakpoint
CREATE INDEX `approvals_by_run` ON `approvals` (`tenant_id`,`run_id`,`id`);