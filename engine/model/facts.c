#include "config.h"

#include "model/facts.h"

#include <stdint.h>
#include <string.h>

const struct fact metadata_facts[] = {
	{ "instance_id", "the instance it runs on" },
	{ "region", "the region, from the environment, a profile or the instance" },
	{ "availability_zone", "the instance's zone" },
	{ "account_id", "the instance's account" },
	{ "instance_type", "the instance's type" },
	{ 0 },
};

const struct fact hook_facts[] = {
	{ "event", "the lifecycle event: BeforeInstall, ..." },
	{ "deployment_id", "the deployment" },
	{ "deployment_group_id", "the deployment group's ID" },
	{ "deployment_group_name", "the deployment group's name" },
	{ "application_name", "the application" },
	{ 0 },
};

/* A load balancer's events come only where the deployment group has one. */
const struct lifecycle_event lifecycle_events[] = {
	{ "BeforeBlockTraffic", true }, { "BlockTraffic", false },     { "AfterBlockTraffic", true },
	{ "ApplicationStop", true },    { "DownloadBundle", false },   { "BeforeInstall", true },
	{ "Install", false },           { "AfterInstall", true },      { "ApplicationStart", true },
	{ "ValidateService", true },    { "BeforeAllowTraffic", true }, { "AllowTraffic", false },
	{ "AfterAllowTraffic", true },  { 0 },
};

const char lifecycle_event_installing[] = "Install";

const struct fact *fact_find(const struct fact *table, const char *name)
{
	for (; table->name; table++)
		if (strcmp(table->name, name) == 0)
			return table;
	return NULL;
}

/* Nearest_word stops at the first NULL, which is where a table ends. */
const char *fact_name_at(const void *table, size_t i)
{
	return ((const struct fact *)table)[i].name;
}

const struct lifecycle_event *lifecycle_event_find(const char *name)
{
	for (const struct lifecycle_event *event = lifecycle_events; event->name; event++)
		if (strcmp(event->name, name) == 0)
			return event;
	return NULL;
}

size_t lifecycle_event_order(const char *name)
{
	const struct lifecycle_event *event = lifecycle_event_find(name);

	return event ? (size_t)(event - lifecycle_events) : SIZE_MAX;
}

const char *lifecycle_event_name_at(const void *unused, size_t i)
{
	const struct lifecycle_event *event = lifecycle_events;

	(void)unused;
	for (; event->name; event++)
		if (event->scripted && i-- == 0)
			return event->name;
	return NULL;
}
