#include "config.h"

#include "base/digest.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/memory.h"

void digest_sha256(const void *first, size_t first_length, const void *second, size_t second_length,
		   unsigned char digest[DIGEST_BYTES])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	if (!context || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1 ||
	    EVP_DigestUpdate(context, first, first_length) != 1 ||
	    EVP_DigestUpdate(context, second, second_length) != 1 || EVP_DigestFinal_ex(context, digest, NULL) != 1)
		memory_exhausted();
	EVP_MD_CTX_free(context);
}

void digest_hmac_sha256(const void *key, size_t key_length, const void *message, size_t message_length,
			unsigned char digest[DIGEST_BYTES])
{
	assert(key_length <= 1 << 20);
	if (!HMAC(EVP_sha256(), key, (int)key_length, message, message_length, digest, NULL))
		memory_exhausted();
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
