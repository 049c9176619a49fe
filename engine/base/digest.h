/* SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104), by OpenSSL. */
#ifndef TIDEGATE_BASE_DIGEST_H
#define TIDEGATE_BASE_DIGEST_H

#include <stddef.h>

enum { DIGEST_BYTES = 32, DIGEST_HEX_BYTES = 65 };

/* For who hashes text after text: OpenSSL looks for the algorithm once, which takes as long as hashing a kilobyte. */
struct digester;
struct digester *digester_new(void);
void digester_free(struct digester *digester); /* NULL is allowed */
void digester_sha256(struct digester *digester, const void *first, size_t first_length, const void *second,
		     size_t second_length, unsigned char digest[DIGEST_BYTES]);

/* Pieces are hashed as if they stood one behind the other; a piece may be empty. */
void digest_sha256(const void *first, size_t first_length, const void *second, size_t second_length,
		   unsigned char digest[DIGEST_BYTES]);
void digest_hmac_sha256(const void *key, size_t key_length, const void *message, size_t message_length,
			unsigned char digest[DIGEST_BYTES]);
/* Lower-case hexadecimal with a NUL behind. */
void digest_hex(const unsigned char digest[DIGEST_BYTES], char hex[DIGEST_HEX_BYTES]);

#endif
