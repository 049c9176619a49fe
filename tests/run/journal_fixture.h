/* A journal on the disk that fails (disk.h), written with records that can be known again. */
#ifndef TIDEGATE_TESTS_RUN_JOURNAL_FIXTURE_H
#define TIDEGATE_TESTS_RUN_JOURNAL_FIXTURE_H

#include "disk.h"
#include "run/journal.h"

#define RUN "r-7f3a"
#define FILE_NAME "r-7f3a.journal"

extern struct clock fixed; /* it stands still */

/* The fields of record `number`; owned. */
json_t *padding(size_t number, size_t length);

struct journal *create(struct disk *disk);
struct journal *reopen(struct disk *disk);
/* `count` records in all, each synced on its own. */
struct journal *create_with(struct disk *disk, size_t count);

/* It holds what create_with made, and so many. */
void assert_is_prefix(const struct journal *journal, size_t at_least, size_t at_most);

/* The bytes of the file, with a NUL behind; owned. */
char *copy_platter(struct disk *disk, size_t *length);

#endif
