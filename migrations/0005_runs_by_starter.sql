ALTER TABLE `runs` ADD `started_by` text;--> statement-breakpoint
CREATE INDEX `runs_by_starter` ON `runs` (`tenant_id`,`started_by`,`id`) WHERE started_by IS NOT NULL;