/* Which of the runs whose journals are here is the open one of a subject. Whether its lock must be held is the caller's
 * affair. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "run/internal.h"

/* Everything before the record outlived whatever came when it was written: a power cut may keep a line and lose those
 * before it. */
static bool rests_on_the_disk(const json_t *record)
{
	return json_integer_value(json_object_get(record, "durable")) + 1 ==
	       json_integer_value(json_object_get(record, "n"));
}

bool run_was_closed(struct storage *storage, const char *id, int64_t *at_ms)
{
	json_t *last = journal_last(storage, id, "\"closed\":true");
	bool closed = json_is_true(json_object_get(last, "closed")) && rests_on_the_disk(last);

	*at_ms = closed ? time_parse(record_string(last, "at")) : 0;
	json_decref(last);
	return closed;
}

struct search {
	const struct wanted_run *wanted;
	struct journal_expected definition; /* of the machine at hand, once a journal is read */
	struct found_run *found;
	struct error *err;
	int result;
};

/* J10: an image of a running host brings its journals along. What they hold is not ours to put back. */
static void tell_elsewhere(const struct wanted_run *wanted, const char *id, const struct history *history)
{
	const char *host = history_text(history, "host");
	char *sentence;

	if (!wanted->host || !host[0] || strcmp(host, wanted->host) == 0 || !history_is_open(history))
		return;
	sentence = memory_format("run %s is ignored: it is of host %s, this is %s (an image of a running host?)", id,
				 host, wanted->host);
	wanted->reporter->note(wanted->reporter, sentence);
	free(sentence);
}

/* A run that is over, and whose process died before it could say so: what it wrote last may not be on the disk, and it
 * would be open again behind a power cut, beside the one that is begun now. */
static int let_rest(const struct search *search)
{
	struct clock *clock = search->wanted->clock;
	struct journal *journal = search->found->journal;

	return clock && (journal_go_on(journal, clock, search->err) || journal_sync(journal, search->err)) ? -1 : 0;
}

static int visit_run(void *argument, const char *id)
{
	struct search *search = argument;
	struct found_run *found = search->found;
	int64_t at_ms;

	if (run_was_closed(search->wanted->storage, id, &at_ms))
		return 0;
	if (search->wanted->at_hand && !search->wanted->storage->shelf && !search->definition.value)
		run_expect_definition(&search->definition, search->wanted->at_hand);
	if (run_find(search->wanted->storage, id, &search->definition, found, search->err) != 0) {
		search->result = -1;
		return 1;
	}
	tell_elsewhere(search->wanted, id, &found->history);
	if (strcmp(history_text(&found->history, "subject"), search->wanted->subject) == 0)
		search->result = history_is_open(&found->history) ? 1 : let_rest(search);
	if (search->result != 1)
		found_run_release(found);
	return search->result != 0;
}

int run_find_open(const struct wanted_run *wanted, struct found_run *found, struct error *err)
{
	struct search search = { .wanted = wanted, .found = found, .err = err };

	*found = (struct found_run){ 0 };
	if (runs_list(wanted->storage, visit_run, &search, err) != 0)
		search.result = -1;
	if (search.result == 1)
		found->at_hand_definition = json_incref(search.definition.value);
	else
		found_run_release(found);
	journal_expected_release(&search.definition);
	return search.result;
}

struct undone {
	struct storage *storage;
	struct clock *clock;
	const char *subject, *but;
	int64_t hidden_ms;
};

static int visit_undone(void *argument, const char *id)
{
	struct undone *undone = argument;
	struct history history = { 0 };
	int64_t at_ms, hidden_ms;

	if (undone->but && strcmp(id, undone->but) == 0)
		return 0;
	/* Most are told by their last line alone. */
	if (run_was_closed(undone->storage, id, &at_ms) && run_hidden_ms(undone->clock, at_ms) == 0)
		return 0;
	if (run_look(undone->storage, id, &history, NULL) == 0 &&
	    strcmp(history_text(&history, "subject"), undone->subject) == 0) {
		hidden_ms = run_hidden_ms(undone->clock, history.ledger.undone_ms);
		undone->hidden_ms = hidden_ms > undone->hidden_ms ? hidden_ms : undone->hidden_ms;
	}
	history_release(&history);
	return 0;
}

int64_t runs_undone_hidden_ms(struct storage *storage, struct clock *clock, const char *subject, const char *but)
{
	struct undone undone = { .storage = storage, .clock = clock, .subject = subject, .but = but };

	runs_list(storage, visit_undone, &undone, NULL);
	return undone.hidden_ms;
}
