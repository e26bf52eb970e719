/*
 * pair: see pair.h.
 */
#include "event/pair.h"

#include "event/canon.h"

void
ev_pair_init(struct ev_pair *pair, struct ev_slice a, struct ev_slice b)
{
	const struct ev_slice text[2] = {a, b};

	*pair = (struct ev_pair){.taken = {true, true}};
	for (int i = 0; i < 2; i++)
		pair->object[i] = (struct ev_value){text[i].ptr,
		    (uint32_t)text[i].len, EV_OBJECT, false};
}

bool
ev_pair_next(struct ev_pair *pair)
{
	int order = 0;

	for (int i = 0; i < 2; i++)
		if (pair->taken[i])
			pair->more[i] = ev_value_next(pair->object[i],
			    &pair->at[i], &pair->member[i]);
	if (!pair->more[0] && !pair->more[1])
		return false;
	if (pair->more[0] && pair->more[1])
		order = ev_canon_compare_keys(ev_value_raw(pair->member[0].key),
		    ev_value_raw(pair->member[1].key));
	pair->taken[0] = pair->more[0] && order <= 0;
	pair->taken[1] = pair->more[1] && order >= 0;
	pair->key = pair->member[!pair->taken[0]].key;
	for (int i = 0; i < 2; i++)
		pair->value[i] = pair->taken[i] ? pair->member[i].value
						: (struct ev_value){0};
	return true;
}
