/* SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104), by Nettle: it is small, and ready before libcurl's TLS is. */
#ifndef TIDEGATE_BASE_DIGEST_H
#define TIDEGATE_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

enum { DIGEST_BYTES = 32, DIGEST_HEX_BYTES = 65 };

/* Pieces are hashed as if they stood one behind the other; a piece may be empty. */
void digest_sha256(const void *first, size_t first_length, const void *second, size_t second_length,
		   unsigned char digest[DIGEST_BYTES]);
void digest_hmac_sha256(const void *key, size_t key_length, const void *message, size_t message_length,
			unsigned char digest[DIGEST_BYTES]);
/* Lower-case hexadecimal with a NUL behind. */
void digest_hex(const unsigned char digest[DIGEST_BYTES], char hex[DIGEST_HEX_BYTES]);
/* Of two such texts, in a time that does not tell where they differ. */
bool digest_same(const char *hex, const char *other);

#endif
