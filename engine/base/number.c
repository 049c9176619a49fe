#include "config.h"

#include "base/number.h"

static const double most_exact = 9007199254740992.0; /* 2^53 */

/* False, too, where it is not a number. */
static bool is_exact(double number)
{
	return number >= -most_exact && number <= most_exact;
}

bool number_is_whole(double number, int64_t *whole)
{
	if (!is_exact(number))
		return false;
	*whole = (int64_t)number;
	return (double)*whole == number;
}

double number_floor(double number)
{
	double cut;

	if (!is_exact(number))
		return number;
	cut = (double)(int64_t)number;
	return cut > number ? cut - 1 : cut;
}

double number_ceil(double number)
{
	return -number_floor(-number);
}
