// SPDX-License-Identifier: GPL-2.0
/*
 * Spoil a history, so that what checks it can be checked
 *
 * One thing at a time becomes different from what was recorded. By chance the history
 * may be linearizable all the same.
 */
#include <errno.h>
#include <stdlib.h>

#include "history.h"

static u64 draw(u64 *seed)
{
	u64 x = *seed += 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

static bool gives_element(const struct op *op)
{
	return op->result >= 0 && op->nr > op->in;
}

static bool is_push(const struct op *op)
{
	return op->result >= 0 && (op->kind == LFVEC_STRESS_OP_PUSH ||
				   op->kind == LFVEC_STRESS_OP_PUSH_MANY);
}

static bool is_pop(const struct op *op)
{
	return op->result >= 0 && (op->kind == LFVEC_STRESS_OP_POP ||
				   op->kind == LFVEC_STRESS_OP_POP_MANY);
}

static bool is_load(const struct op *op)
{
	return op->result >= 0 && op->kind == LFVEC_STRESS_OP_LOAD;
}

/* Some operation that @is so; NULL if there are hardly any. */
static struct op *some(struct history *h, u64 *seed,
		       bool (*is)(const struct op *op))
{
	unsigned int tries;
	struct op *op;

	for (tries = 0; tries < 1000 && h->nr; tries++) {
		op = &h->ops[draw(seed) % h->nr];
		if (is(op))
			return op;
	}
	return NULL;
}

/* One more, which has no values of its own yet; there must be room. */
static struct op *one_more(struct history *h, const struct op *like)
{
	struct op *op = &h->ops[h->nr++];

	*op = *like;
	op->thread = UINT32_MAX;
	return op;
}

static void drop(struct history *h, struct op *op)
{
	*op = h->ops[--h->nr];
}

/* The values of @op are to be changed: let no other history have them. */
static u64 *own_values(struct history *h, const struct op *op)
{
	size_t i;

	h->values = malloc(op->nr * sizeof(u64) + 1);
	if (!h->values)
		abort();
	for (i = 0; i < op->nr; i++)
		h->values[i] = op->values[i];
	return h->values;
}

static void other_element(struct history *h, u64 *seed, struct op *op)
{
	u64 *value = own_values(h, op);
	u32 at = op->in + draw(seed) % (op->nr - op->in);

	value[at] = value[at] ? value[at] - 1 : 1;
	op->values = value;
}

/* Of two of a kind, one has the result of the other. */
static bool swap_results(struct history *h, u64 *seed)
{
	struct op *a = some(h, seed, is_push), *b = some(h, seed, is_push);
	s64 result;

	if (!a || !b || a->result == b->result)
		return false;
	result = a->result;
	a->result = b->result;
	b->result = result;
	return true;
}

static bool drop_push(struct history *h, u64 *seed)
{
	struct op *op = some(h, seed, is_push);

	if (op)
		drop(h, op);
	return op;
}

static bool drop_pop(struct history *h, u64 *seed)
{
	struct op *op = some(h, seed, is_pop);

	if (op)
		drop(h, op);
	return op;
}

/* Once more, when the first one is just over */
static bool double_pop(struct history *h, u64 *seed)
{
	struct op *op = some(h, seed, is_pop);

	if (op)
		one_more(h, op)->start = op->end;
	return op;
}

static bool double_push(struct history *h, u64 *seed)
{
	struct op *op = some(h, seed, is_push);

	if (op)
		one_more(h, op)->start = op->end;
	return op;
}

/* Something comes out that is not what was there. */
static bool wrong_element(struct history *h, u64 *seed)
{
	struct op *op = some(h, seed, gives_element);

	if (op)
		other_element(h, seed, op);
	return op;
}

static bool is_swap(const struct op *op)
{
	return op->result >= 0 && op->kind == LFVEC_STRESS_OP_XCHG &&
	       op->values[0] != op->values[1];
}

/* A load that comes after an exchange gives what was there before it. */
static bool old_load(struct history *h, u64 *seed)
{
	struct op *swap = some(h, seed, is_swap), *load;

	if (!swap)
		return false;
	for (load = h->ops; load < h->ops + h->nr; load++) {
		if (!is_load(load) || load->index != swap->index ||
		    load->start <= swap->end ||
		    load->values[0] != swap->values[0])
			continue;
		load->values = own_values(h, load);
		load->values[0] = swap->values[1];
		return true;
	}
	return false;
}

static bool wrong_index(struct history *h, u64 *seed)
{
	struct op *op = some(h, seed, is_push);

	if (op)
		op->result += op->result && draw(seed) & 1 ? -1 : 1;
	return op;
}

/* Nothing there, although there was something. */
static bool not_there(struct history *h, u64 *seed)
{
	struct op *op = some(h, seed, gives_element);
	bool last;

	if (!op)
		return false;
	last = op->kind == LFVEC_STRESS_OP_PEEK || is_pop(op);
	op->result = last ? -ENOENT : -ERANGE;
	op->nr = op->in;
	return true;
}

/* A push happens at the time of another one, and the other way round. */
static bool swap_times(struct history *h, u64 *seed)
{
	struct op *a = some(h, seed, is_push), *b = some(h, seed, is_push);
	struct op was;

	if (!a || !b || (a->start <= b->end && b->start <= a->end))
		return false;
	was = *a;
	a->start = b->start;
	a->end = b->end;
	b->start = was.start;
	b->end = was.end;
	return true;
}

static const struct {
	const char	*name;
	bool		(*fn)(struct history *h, u64 *seed);
} mutations[] = {
	{ "two results swapped", swap_results },
	{ "a push dropped", drop_push },
	{ "a pop dropped", drop_pop },
	{ "a pop doubled", double_pop },
	{ "a push doubled", double_push },
	{ "another element", wrong_element },
	{ "an old load", old_load },
	{ "another index", wrong_index },
	{ "nothing there", not_there },
	{ "two pushes reordered", swap_times },
};

/*
 * Spoil @h, whose ops have room for one more; says how. If nothing could be spoilt, it
 * is NULL. mutate_free() frees what belongs to the spoilt history only.
 */
const char *mutate(struct history *h, u64 *seed)
{
	unsigned int tries, i;

	for (tries = 0; tries < 100; tries++) {
		i = draw(seed) % ARRAY_SIZE(mutations);
		if (mutations[i].fn(h, seed))
			return mutations[i].name;
	}
	return NULL;
}

void mutate_free(struct history *h)
{
	free(h->ops);
	free(h->values);
	h->ops = NULL;
	h->values = NULL;
}
