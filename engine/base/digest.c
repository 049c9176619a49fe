#include "config.h"

#include "base/digest.h"

#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>

void digest_sha256(const void *first, size_t first_length, const void *second, size_t second_length,
		   unsigned char digest[DIGEST_BYTES])
{
	struct sha256_ctx context;

	sha256_init(&context);
	sha256_update(&context, first_length, first);
	sha256_update(&context, second_length, second);
	sha256_digest(&context, DIGEST_BYTES, digest);
}

void digest_hmac_sha256(const void *key, size_t key_length, const void *message, size_t message_length,
			unsigned char digest[DIGEST_BYTES])
{
	struct hmac_sha256_ctx context;

	hmac_sha256_set_key(&context, key_length, key);
	hmac_sha256_update(&context, message_length, message);
	hmac_sha256_digest(&context, DIGEST_BYTES, digest);
}

void digest_hex(const unsigned char digest[DIGEST_BYTES], char hex[DIGEST_HEX_BYTES])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		hex[2 * i] = digits[digest[i] >> 4];
		hex[2 * i + 1] = digits[digest[i] & 15];
	}
	hex[2 * DIGEST_BYTES] = '\0';
}

bool digest_same(const char *hex, const char *other)
{
	return memeql_sec(hex, other, DIGEST_HEX_BYTES);
}
