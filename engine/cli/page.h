/* Text for people: values in few words, lines that fold before column 80, commands that can be pasted into a shell. */
#ifndef TIDEGATE_CLI_PAGE_H
#define TIDEGATE_CLI_PAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

enum { PAGE_COLUMNS = 80 };

/* Adds `text` as lines of at most PAGE_COLUMNS, the first one going on at column `used` of what is there already, the
 * others indented by `indent`; a word longer than a line stays whole. Ends with a line end. */
void page_fold(struct buffer *page, size_t used, size_t indent, const char *text);

/* "state Standby, targets web-http 8080 draining": names and values without punctuation that people do not need; null
 * and empty ones are left out, an ARN is shown by the name in it. */
void page_value(struct buffer *page, const json_t *value);

/* The same without the names: "Standby web-http 8080 draining". */
void page_words(struct buffer *page, const json_t *value);

/* Copies what fits into `size` bytes, made printable; what does not is left out from a word on, and "..." says so. */
void page_cut(char *into, size_t size, const char *text);

/* {group: ARN, port: 8080, state: draining, reason: null} -> "web-http:8080" and "draining": the first text names it,
 * with the first number; what people read of it is the rest. */
void page_element(struct buffer *label, struct buffer *text, const json_t *element);

/* A sentence with the names in ARNs in their place. */
void page_names(struct buffer *page, const char *text);

/* "0.3s", "9.1s", "2m31s". */
void page_elapsed(struct buffer *page, int64_t elapsed_ms);
/* "2:31": minutes and seconds, of what is shown while it runs. */
void page_watch(struct buffer *page, int64_t elapsed_ms);

/* "02:01:07" of this machine's day. */
enum { PAGE_TIME_BYTES = 9 };
void page_time(char text[PAGE_TIME_BYTES], int64_t wall_ms);

/* The AWS CLI command that makes this call ({operation, with}), one logical line with a backslash at each line end;
 * nothing where it is none. `region` may be NULL. */
void page_aws_command(struct buffer *page, size_t indent, const json_t *call, const char *region);
/* As one word of a POSIX shell. */
void page_quote(struct buffer *page, const char *word);

/* What turns a colour on: "red", "green", "yellow"; NULL ends it. */
const char *page_color(const char *name);

/* Control characters become blanks; what is not ASCII becomes '?' where `ascii` is wanted. Line ends stay. */
void page_clean(char *text, bool ascii);

#endif
