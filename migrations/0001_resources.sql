CREATE TABLE `resources` (
	`tenant_id` text NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`id` text NOT NULL,
	`version` integer NOT NULL,
	`description` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `kind`, `name`)
);
--> statement-breakpoint
CREATE INDEX `resources_by_id` ON `resources` (`tenant_id`,`kind`,`id`);