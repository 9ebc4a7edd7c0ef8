// SPDX-License-Identifier: GPL-2.0
/*
 * What operations on a vector returned, and a model that says if it was right
 *
 * Values are 0 and 1, so that they come back. An element of the vector is its value
 * over and over.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "model.h"

#define ELEM_WORDS	4

struct lfvec *model_vec;

static unsigned int dice;

unsigned int model_roll(unsigned int sides)
{
	dice = dice * 1664525 + 1013904223;
	return (dice >> 16) % sides;
}

static void encode(u64 *elems, const u64 *values, unsigned int nr)
{
	unsigned int words = model_vec->esize / sizeof(u64), i, j;

	for (i = 0; i < nr; i++)
		for (j = 0; j < words; j++)
			*elems++ = values[i];
}

/* An element that is not of one piece has a value that none has. */
static void decode(u64 *values, const u64 *elems, unsigned int nr)
{
	unsigned int words = model_vec->esize / sizeof(u64), i, j;

	for (i = 0; i < nr; i++, elems += words) {
		values[i] = elems[0];
		for (j = 1; j < words; j++)
			if (elems[j] != elems[0])
				values[i] = U64_MAX;
	}
}

static long call(struct record *r, u64 *in, u64 *out, gfp_t gfp)
{
	struct lfvec *v = model_vec;

	switch (r->op) {
	case PUSH:
		return __lfvec_push(v, in, gfp);
	case POP:
		return __lfvec_pop(v, out);
	case PUSH_MANY:
		return __lfvec_push_many(v, in, r->nr, gfp);
	case POP_MANY:
		return __lfvec_pop_many(v, out, r->nr);
	case TRUNCATE:
		return __lfvec_truncate(v, r->index);
	case STORE:
		return __lfvec_store(v, r->index, in, gfp);
	case XCHG:
		return __lfvec_xchg(v, r->index, in, out, gfp);
	default:
		/* expects the second value */
		encode(out, r->in + 1, 1);
		return __lfvec_cmpxchg(v, r->index, out, in, gfp);
	}
}

/* Do it, on @nr elements or on the one that is @nr before the end. */
struct record *model_perform(struct log *log, enum op op, unsigned int nr,
			     gfp_t gfp)
{
	struct record *r = &log->record[log->nr];
	u64 in[BATCH * ELEM_WORDS], out[BATCH * ELEM_WORDS] = { };
	unsigned int i;

	/* what interrupts it comes behind it */
	log->nr = min(log->nr + 1, LOG_MAX - 1U);
	memset(r, 0, sizeof(*r));
	r->op = op;
	r->nr = nr;
	for (i = 0; i < BATCH; i++)
		r->in[i] = model_roll(2);
	r->index = __lfvec_size(model_vec);
	r->index -= min_t(unsigned long, r->index, nr);
	encode(in, r->in, BATCH);
	r->ret = call(r, in, out, gfp);
	decode(r->out, out, BATCH);
	return r;
}

static u64 *at(struct model *m, unsigned long index)
{
	return &m->elem[index % MODEL_MAX];
}

static unsigned long oldest(const struct model *m)
{
	unsigned long span = model_vec->span;

	return model_vec->flags & LFVEC_OVERWRITE && m->highest > span ?
	       m->highest - span : 0;
}

static bool replay_push(struct model *m, const struct record *r)
{
	bool fits = m->size + r->nr <= model_vec->max && r->nr <= model_vec->span;
	unsigned int i;

	if (!fits || r->ret != (long)m->size)
		return !fits && r->ret == -ENOSPC;
	for (i = 0; i < r->nr; i++)
		*at(m, m->size++) = r->in[i];
	m->highest = max(m->highest, m->size);
	m->pushes += r->nr;
	return true;
}

static bool replay_pop(struct model *m, const struct record *r)
{
	unsigned long nr = min_t(unsigned long, r->nr, m->size - oldest(m)), i;

	if (!nr)
		return r->ret == -ENOENT;
	m->size -= nr;
	m->pops += nr;
	for (i = 0; i < nr; i++)
		if (r->out[i] != *at(m, m->size + i))
			return false;
	return r->ret == (r->op == POP ? 0 : (long)nr);
}

static bool replay_truncate(struct model *m, const struct record *r)
{
	unsigned long from = max(r->index, oldest(m));
	unsigned long nr = m->size > from ? m->size - from : 0;

	m->size -= nr;
	m->pops += nr;
	return r->ret == (long)nr;
}

static bool replay_store(struct model *m, const struct record *r)
{
	u64 *elem = at(m, r->index);

	if (r->index >= m->size)
		return r->ret == -ERANGE;
	if (r->index < oldest(m))
		return r->ret == -EPIPE;
	if (r->op == XCHG && r->out[0] != *elem)
		return false;
	if (r->op == CMPXCHG && *elem != r->in[1])
		return !r->ret && r->out[0] == *elem;
	*elem = r->in[0];
	m->stores++;
	return r->ret == (r->op == CMPXCHG);
}

static bool wants_node(const struct record *r)
{
	return r->op != POP && r->op != POP_MANY && r->op != TRUNCATE;
}

/* Do to the model what was done; false if the results are not the same. */
bool model_replay(struct model *m, const struct record *r)
{
	bool counts = r->op == PUSH_MANY || r->op == POP_MANY;

	if (counts && !r->nr)
		return r->ret == -EINVAL;
	/* too deep, or nothing in stock and not allowed to get more */
	if (r->ret == -EBUSY || (wants_node(r) && (r->ret == -ENOMEM ||
						   r->ret == -EAGAIN))) {
		m->dropped += wants_node(r) * (r->op == PUSH_MANY ? r->nr : 1);
		return true;
	}
	if (model_vec->flags & LFVEC_APPEND_ONLY && r->op != PUSH)
		return r->ret == -EOPNOTSUPP;
	switch (r->op) {
	case PUSH:
	case PUSH_MANY:
		return replay_push(m, r);
	case POP:
	case POP_MANY:
		return replay_pop(m, r);
	case TRUNCATE:
		return replay_truncate(m, r);
	default:
		return replay_store(m, r);
	}
}

static bool model_holds(const struct model *m, unsigned long index)
{
	u64 elem[ELEM_WORDS], value;

	if (__lfvec_load(model_vec, index, elem))
		return false;
	decode(&value, elem, 1);
	return value == m->elem[index % MODEL_MAX];
}

/* Is the vector like the model? */
bool model_is(const struct model *m)
{
	struct lfvec_stats stats;
	unsigned long i;

	if (__lfvec_size(model_vec) != m->size ||
	    __lfvec_oldest(model_vec) != min(oldest(m), m->size))
		return false;
	for (i = oldest(m); i < m->size; i++)
		if (!model_holds(m, i))
			return false;
	__lfvec_stats(model_vec, &stats);
	return stats.pushes == m->pushes && stats.pops == m->pops &&
	       stats.stores == m->stores && stats.dropped == m->dropped;
}

/* Start anew from what is there. */
void model_reset(struct model *m)
{
	u64 elem[ELEM_WORDS];
	struct lfvec_stats s;
	unsigned long i;

	__lfvec_stats(model_vec, &s);
	m->size = s.size;
	m->highest = max(m->highest, m->size);
	m->pushes = s.pushes;
	m->pops = s.pops;
	m->stores = s.stores;
	m->dropped = s.dropped;
	for (i = s.size - min_t(u64, s.size, MODEL_MAX); i < s.size; i++)
		if (!__lfvec_load(model_vec, i, elem))
			decode(at(m, i), elem, 1);
}
