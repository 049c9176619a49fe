#include "config.h"

#include "base/digest.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

#include "base/memory.h"

struct digester {
	EVP_MD_CTX *context;
};

struct digester *digester_new(void)
{
	struct digester *digester = memory_new(1, sizeof(*digester));

	digester->context = EVP_MD_CTX_new();
	if (!digester->context || EVP_DigestInit_ex(digester->context, EVP_sha256(), NULL) != 1)
		memory_exhausted();
	return digester;
}

void digester_free(struct digester *digester)
{
	if (!digester)
		return;
	EVP_MD_CTX_free(digester->context);
	free(digester);
}

void digester_sha256(struct digester *digester, const void *first, size_t first_length, const void *second,
		     size_t second_length, unsigned char digest[DIGEST_BYTES])
{
	EVP_MD_CTX *context = digester->context;

	/* Without an algorithm: the one it has. */
	if (EVP_DigestInit_ex(context, NULL, NULL) != 1 || EVP_DigestUpdate(context, first, first_length) != 1 ||
	    EVP_DigestUpdate(context, second, second_length) != 1 || EVP_DigestFinal_ex(context, digest, NULL) != 1)
		memory_exhausted();
}

void digest_sha256(const void *first, size_t first_length, const void *second, size_t second_length,
		   unsigned char digest[DIGEST_BYTES])
{
	struct digester *digester = digester_new();

	digester_sha256(digester, first, first_length, second, second_length, digest);
	digester_free(digester);
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
