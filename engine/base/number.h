/* Whole numbers among doubles. What libm would be asked for is this much; loaded for it, it is 0.3 MB of memory. */
#ifndef TIDEGATE_BASE_NUMBER_H
#define TIDEGATE_BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* Whether it is a whole number, and one up to 2^53, beyond which doubles skip some: then in *whole. */
bool number_is_whole(double number, int64_t *whole);

/* The nearest whole number that is not above or not below; what is too large to have a fraction, infinite or not a
 * number stays as it is. */
double number_floor(double number);
double number_ceil(double number);

#endif
