/* Lists in the order of their elements or of what an expression makes of each: sort, max, min and their `_by`. */
#include "config.h"

#include "model/jmespath_internal.h"

#include <stdlib.h>

struct ranked {
	json_t *item;
	json_t *key;  /* a number or a text, of the same kind in a whole ranking */
	size_t place; /* in the list: equal keys keep their order */
};

struct ranking {
	struct ranked *rows;
	size_t count;
};

static void ranking_release(struct ranking *ranking)
{
	for (size_t i = 0; i < ranking->count; i++)
		json_decref(ranking->rows[i].key);
	free(ranking->rows);
}

static json_t *key_of(struct evaluation *ev, const struct operand *by, json_t *item, const json_t *first)
{
	json_t *key = chain_evaluate(ev, by->chain, item);
	const char *text = expression_text(ev->expression) + by->column - 1;

	if (!key || (json_is_string(key) && (!first || json_is_string(first))) ||
	    (json_is_number(key) && (!first || json_is_number(first))))
		return key;
	evaluation_fail(ev, by->column, by->length,
			"'%.*s' is %s for an element: what orders a list is all numbers or all texts",
			text_shown(text, by->length), text, value_type_name(key));
	json_decref(key);
	return NULL;
}

static int ranking_init(struct evaluation *ev, struct ranking *ranking, const json_t *list, const struct operand *by)
{
	size_t count = json_array_size(list);

	*ranking = (struct ranking){ .rows = memory_new(count, sizeof(*ranking->rows)) };
	for (size_t i = 0; i < count; i++) {
		json_t *item = json_array_get(list, i);
		json_t *key = by ? key_of(ev, by, item, i ? ranking->rows[0].key : NULL) : json_incref(item);

		evaluation_spend(ev, 1);
		if (!key) {
			ranking_release(ranking);
			return -1;
		}
		ranking->rows[ranking->count++] = (struct ranked){ .item = item, .key = key, .place = i };
	}
	return 0;
}

static int ranked_order(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;
	int order = value_order(a->key, b->key);

	return order ? order : (a->place > b->place) - (a->place < b->place);
}

json_t *list_sorted(struct evaluation *ev, const json_t *value, const struct operand *by)
{
	struct ranking ranking;
	json_t *list;

	if (ranking_init(ev, &ranking, value, by))
		return NULL;
	qsort(ranking.rows, ranking.count, sizeof(*ranking.rows), ranked_order);
	list = value_made(json_array());
	for (size_t i = 0; i < ranking.count; i++)
		list_add(list, json_incref(ranking.rows[i].item));
	ranking_release(&ranking);
	return list;
}

json_t *list_extreme(struct evaluation *ev, const json_t *value, const struct operand *by, int sign)
{
	struct ranking ranking;
	size_t best = 0;
	json_t *item;

	if (ranking_init(ev, &ranking, value, by))
		return NULL;
	for (size_t i = 1; i < ranking.count; i++)
		if (sign * value_order(ranking.rows[i].key, ranking.rows[best].key) > 0)
			best = i;
	item = ranking.count ? json_incref(ranking.rows[best].item) : json_null();
	ranking_release(&ranking);
	return item;
}
