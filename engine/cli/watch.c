#include "config.h"

#include "cli/watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/page.h"

static void release_items(struct watch *watch)
{
	for (size_t i = 0; i < watch->count; i++) {
		free(watch->items[i].which);
		free(watch->items[i].label);
		free(watch->items[i].text);
	}
	for (size_t i = 0; i < watch->n_waits; i++)
		free(watch->waits[i].which);
	free(watch->items);
	free(watch->waits);
}

void watch_release(struct watch *watch)
{
	release_items(watch);
	*watch = (struct watch){ 0 };
}

void watch_pass(struct watch *watch)
{
	watch->past = true;
}

/* ---- what is shown -> items ---- */

struct hearing {
	struct watch *watch;
	const struct waiting *waiting;
	int64_t now_ms;
	bool *shown; /* of each item: it is shown this time */
};

static struct watch_item *find_item(struct watch *watch, const char *which, const char *label)
{
	for (size_t i = 0; i < watch->count; i++)
		if (strcmp(watch->items[i].which, which) == 0 && strcmp(watch->items[i].label, label) == 0)
			return &watch->items[i];
	return NULL;
}

static struct watch_item *add_item(struct hearing *hearing, const char *label)
{
	struct watch *watch = hearing->watch;
	struct watch_item *item;

	watch->items = memory_resize(watch->items, watch->count + 1, sizeof(*watch->items));
	hearing->shown = memory_resize(hearing->shown, watch->count + 1, sizeof(*hearing->shown));
	item = &watch->items[watch->count++];
	*item = (struct watch_item){
		.which = memory_copy_text(hearing->waiting->which),
		.label = memory_copy_text(label),
		.text = memory_copy_text(""),
		.since_ms = hearing->now_ms,
	};
	return item;
}

static void keep_item(struct hearing *hearing, const char *label, const char *text, bool named)
{
	struct watch_item *item = find_item(hearing->watch, hearing->waiting->which, label);

	if (!item)
		item = add_item(hearing, label);
	hearing->shown[item - hearing->watch->items] = true;
	item->named = named;
	if (!item->gone && strcmp(item->text, text) == 0)
		return;
	free(item->text);
	item->text = memory_copy_text(text);
	item->since_ms = hearing->now_ms;
	item->gone = false;
	item->told = false;
}

static void keep_element(struct hearing *hearing, const json_t *element)
{
	struct buffer label = BUFFER_INIT, text = BUFFER_INIT;

	page_element(&label, &text, element);
	if (label.length > 0)
		keep_item(hearing, buffer_text(&label), buffer_text(&text), true);
	buffer_release(&label);
	buffer_release(&text);
}

static bool is_list_of_maps(const json_t *value)
{
	size_t i;
	json_t *element;

	json_array_foreach(value, i, element)
		if (json_is_object(element))
			return true;
	return false;
}

static void keep_member(struct hearing *hearing, const char *name, const json_t *value)
{
	struct buffer text = BUFFER_INIT;
	size_t i;
	json_t *element;

	if (is_list_of_maps(value)) {
		json_array_foreach (value, i, element)
			keep_element(hearing, element);
		return;
	}
	page_words(&text, value);
	if (text.length > 0)
		keep_item(hearing, name, buffer_text(&text), false);
	buffer_release(&text);
}

static void mark_gone(struct hearing *hearing)
{
	struct watch *watch = hearing->watch;

	for (size_t i = 0; i < watch->count; i++) {
		struct watch_item *item = &watch->items[i];

		if (hearing->shown[i] || item->gone || strcmp(item->which, hearing->waiting->which) != 0)
			continue;
		item->gone = true;
		item->told = !item->named;
		item->since_ms = hearing->now_ms;
	}
}

static struct watch_wait *wait_of(struct watch *watch, const char *which)
{
	struct watch_wait *wait;

	for (size_t i = 0; i < watch->n_waits; i++)
		if (strcmp(watch->waits[i].which, which) == 0)
			return &watch->waits[i];
	watch->waits = memory_resize(watch->waits, watch->n_waits + 1, sizeof(*watch->waits));
	wait = &watch->waits[watch->n_waits++];
	*wait = (struct watch_wait){ .which = memory_copy_text(which) };
	return wait;
}

void watch_hear(struct watch *watch, const struct waiting *waiting, int64_t now_ms, int64_t wall_ms)
{
	struct hearing hearing = { .watch = watch, .waiting = waiting, .now_ms = now_ms };
	struct watch_wait *wait;
	const char *name;
	json_t *value;

	if (watch->past)
		watch_release(watch);
	hearing.shown = memory_new(watch->count, sizeof(*hearing.shown));
	json_object_foreach ((json_t *)(uintptr_t)waiting->shown, name, value)
		keep_member(&hearing, name, value);
	mark_gone(&hearing);
	free(hearing.shown);
	wait = wait_of(watch, waiting->which);
	wait->begun_ms = now_ms - waiting->waited_ms;
	wait->deadline_ms = now_ms + waiting->left_ms;
	wait->over = waiting->over;
	watch->seen_ms = wall_ms;
	watch->seen_at_ms = now_ms;
}

/* ---- what is told of them ---- */

bool watch_has_news(const struct watch *watch)
{
	for (size_t i = 0; i < watch->count; i++)
		if (!watch->items[i].told)
			return true;
	return false;
}

void watch_tell(struct watch *watch, bool everything, struct buffer *text)
{
	const char *between = "";

	for (size_t i = 0; i < watch->count; i++) {
		struct watch_item *item = &watch->items[i];

		if (item->told && (!everything || item->gone))
			continue;
		buffer_add_format(text, "%s%s %s", between, item->label, item->gone ? "gone" : item->text);
		item->told = true;
		between = ", ";
	}
}

bool watch_longest(const struct watch *watch, int64_t now_ms, int64_t *waited_ms, int64_t *left_ms)
{
	const struct watch_wait *longest = NULL;

	for (size_t i = 0; i < watch->n_waits && !watch->past; i++)
		if (!watch->waits[i].over && (!longest || watch->waits[i].deadline_ms > longest->deadline_ms))
			longest = &watch->waits[i];
	if (!longest)
		return false;
	*waited_ms = now_ms - longest->begun_ms;
	*left_ms = longest->deadline_ms > now_ms ? longest->deadline_ms - now_ms : 0;
	return true;
}

/* ---- traffic ---- */

enum traffic { TRAFFIC_UNKNOWN, TRAFFIC_NONE, TRAFFIC_SOME };

/* AWS's words for whether something sends requests to an instance. What is not among them says nothing about it. */
static const struct {
	const char *word;
	enum traffic traffic;
} traffic_words[] = {
	{ "healthy", TRAFFIC_SOME },     { "initial", TRAFFIC_SOME },  { "unhealthy", TRAFFIC_SOME },
	{ "unavailable", TRAFFIC_SOME }, { "draining", TRAFFIC_SOME }, { "unhealthy.draining", TRAFFIC_SOME },
	{ "InService", TRAFFIC_SOME },   { "unused", TRAFFIC_NONE },   { "OutOfService", TRAFFIC_NONE },
	{ "Standby", TRAFFIC_NONE },     { "absent", TRAFFIC_NONE },
};

/* A list of words has traffic where one of them has. */
static enum traffic text_traffic(const char *text)
{
	enum traffic found = TRAFFIC_UNKNOWN;

	for (const char *at = text; *at; at += strspn(at, ", ")) {
		size_t length = strcspn(at, ", ");

		for (size_t i = 0; i < ARRAY_LENGTH(traffic_words); i++)
			if (strlen(traffic_words[i].word) == length &&
			    strncmp(traffic_words[i].word, at, length) == 0 && traffic_words[i].traffic > found)
				found = traffic_words[i].traffic;
		at += length;
	}
	return found;
}

static enum traffic item_traffic(const struct watch_item *item)
{
	return item->gone ? (item->named ? TRAFFIC_NONE : TRAFFIC_UNKNOWN) : text_traffic(item->text);
}

static void add_seen(struct buffer *text, const char *word, int64_t wall_ms, const char *before)
{
	char time[PAGE_TIME_BYTES];

	page_time(time, wall_ms);
	buffer_add_format(text, "%s%s%s%s", word, time, before[0] ? ", before " : "", before);
}

static void tell_some(const struct watch *watch, const char *before, struct buffer *text)
{
	const char *between = "still on: ";

	for (size_t i = 0; i < watch->count; i++) {
		const struct watch_item *item = &watch->items[i];

		if (item_traffic(item) != TRAFFIC_SOME)
			continue;
		if (strcmp(item->label, "state") == 0)
			buffer_add_format(text, "%sits group (%s)", between, item->text);
		else
			buffer_add_format(text, "%s%s %s", between, item->label, item->text);
		between = ", ";
	}
	add_seen(text, " (seen ", watch->seen_ms, before);
	buffer_add_char(text, ')');
}

void watch_traffic(const struct watch *watch, const char *before, struct buffer *text)
{
	enum traffic most = TRAFFIC_UNKNOWN;
	int64_t since_ms = 0;

	for (size_t i = 0; i < watch->count; i++) {
		enum traffic traffic = item_traffic(&watch->items[i]);

		if (traffic > most)
			most = traffic;
		if (traffic == TRAFFIC_NONE && watch->items[i].since_ms > since_ms)
			since_ms = watch->items[i].since_ms;
	}
	if (most == TRAFFIC_SOME)
		tell_some(watch, before, text);
	else if (most == TRAFFIC_NONE)
		add_seen(text, "none since ", watch->seen_ms - (watch->seen_at_ms - since_ms), before);
}
