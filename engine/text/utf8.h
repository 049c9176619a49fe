/* UTF-8 (RFC 3629) one character at a time: for checking what strangers wrote and for showing it safely. */
#ifndef TIDEGATE_TEXT_UTF8_H
#define TIDEGATE_TEXT_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* The character at `bytes`, of which `length` are there (at least 1), in *character. Returns how many bytes it takes,
 * or 0 where they are no UTF-8: overlong, a surrogate, above U+10FFFF, torn. */
size_t utf8_decode(const char *bytes, size_t length, uint32_t *character);

#endif
