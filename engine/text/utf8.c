#include "config.h"

#include "text/utf8.h"

#include "base/memory.h"

static const struct lead {
	unsigned char mask, value;
	unsigned char bytes;
	uint32_t least; /* a smaller character in so many bytes is overlong */
} leads[] = {
	{ 0xe0, 0xc0, 2, 0x80 },
	{ 0xf0, 0xe0, 3, 0x800 },
	{ 0xf8, 0xf0, 4, 0x10000 },
};

static const struct lead *lead_find(unsigned char byte)
{
	for (size_t i = 0; i < ARRAY_LENGTH(leads); i++)
		if ((byte & leads[i].mask) == leads[i].value)
			return &leads[i];
	return NULL;
}

size_t utf8_decode(const char *bytes, size_t length, uint32_t *character)
{
	const struct lead *lead;

	/* Nearly all there is. */
	if ((unsigned char)bytes[0] < 0x80) {
		*character = (unsigned char)bytes[0];
		return 1;
	}
	lead = lead_find((unsigned char)bytes[0]);
	if (!lead || lead->bytes > length)
		return 0;
	*character = (unsigned char)bytes[0] & (unsigned char)~lead->mask;
	for (size_t i = 1; i < lead->bytes; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | (bytes[i] & 0x3f);
	}
	if (*character < lead->least || *character > 0x10ffff || (*character >= 0xd800 && *character <= 0xdfff))
		return 0;
	return lead->bytes;
}
