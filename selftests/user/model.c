// SPDX-License-Identifier: GPL-2.0
/*
 * What a vector is to do, see model.h
 */
#include <stdlib.h>
#include <string.h>
#include <linux/err.h>
#include <linux/kernel.h>

#include "model.h"

/* What is done to an element here, the scheduler is to know, too. */
#ifdef STUB_SCHED
#include "scheduler.h"
#define model_access(addr, size, write)	sched_plain(addr, size, write)
#else
#define model_access(addr, size, write)	((void)0)
#endif

#define CONFIGS	512

const char * const model_names[OPS + 1] = {
	"push", "pop", "load", "peek", "xchg", "cmpxchg", "push_many",
	"pop_many", "truncate", "size", "oldest", "store", "shrink", "commit", "get",
	"nothing",
};

u8 *model_at(struct model *m, unsigned long index)
{
	return &m->elem[index % MODEL_SIZE];
}

/* An element of more than a byte has the same value in all of them. */
static void spread(const struct lfvec *vec, const u8 *values, u8 *elems)
{
	unsigned int i;

	for (i = 0; i < MODEL_BATCH; i++)
		memset(elems + i * vec->esize, values[i], vec->esize);
}

static void gather(const struct lfvec *vec, const u8 *elems, u8 *values)
{
	unsigned int i, k;

	for (i = 0; i < MODEL_BATCH; i++, elems += vec->esize) {
		values[i] = *elems;
		for (k = 1; k < vec->esize; k++)
			if (elems[k] != *elems)
				values[i] = MODEL_TORN;
	}
}

static long do_op(struct lfvec *vec, const struct record *r, u8 *in, u8 *out,
		  gfp_t gfp)
{
	switch (r->op) {
	case PUSH:
		return __lfvec_push(vec, in, gfp);
	case POP:
		return __lfvec_pop(vec, out);
	case LOAD:
		return __lfvec_load(vec, r->arg, out);
	case PEEK:
		return __lfvec_peek(vec, out);
	case XCHG:
		return __lfvec_xchg(vec, r->arg, in, out, gfp);
	case CMPXCHG:
		memset(out, r->expect, vec->esize);
		return __lfvec_cmpxchg(vec, r->arg, out, in, gfp);
	case PUSH_MANY:
		return __lfvec_push_many(vec, in, r->arg, gfp);
	case POP_MANY:
		return __lfvec_pop_many(vec, out, r->arg);
	case TRUNCATE:
		return __lfvec_truncate(vec, r->arg);
	case SIZE:
		return __lfvec_size(vec);
	case OLDEST:
		return __lfvec_oldest(vec);
	case STORE:
		return __lfvec_store(vec, r->arg, in, gfp);
	default:
		__lfvec_shrink(vec);
		return 0;
	}
}

void model_run(struct lfvec *vec, struct record *r, gfp_t gfp)
{
	u8 in[MODEL_BATCH * MODEL_ESIZE], out[MODEL_BATCH * MODEL_ESIZE] = { 0 };

	spread(vec, r->in, in);
	r->ret = do_op(vec, r, in, out, gfp);
	gather(vec, out, r->out);
	if (r->op == SHRINK)
		r->op = OPS;
	/* Nothing in stock: no more than if it had not been tried. */
	if (r->ret == -ENOMEM && !gfp)
		r->op = OPS;
	if (r->ret == -EBUSY && r->level >= LFVEC_LEVELS)
		r->op = OPS;
}

static long do_commit(struct lfvec_sized *vec, struct record *r)
{
	u64 *elem = lfvec_sized_prepare(vec, vec->sizes[r->arg]);

	if (IS_ERR(elem)) {
		r->op = OPS;
		return PTR_ERR(elem);
	}
	model_access(elem, sizeof(*elem), true);
	memset(elem, r->in[0], sizeof(*elem));
	return lfvec_sized_commit(vec, elem);
}

static long do_get(struct lfvec_sized *vec, struct record *r)
{
	const u64 *elem;
	long ret = 0;

	rcu_read_lock();
	elem = lfvec_sized_get(vec, r->arg);
	if (IS_ERR(elem)) {
		ret = PTR_ERR(elem);
	} else {
		model_access(elem, sizeof(*elem), false);
		r->out[0] = *elem;
	}
	rcu_read_unlock();
	return ret;
}

void model_run_sized(struct lfvec_sized *vec, struct record *r)
{
	switch (r->op) {
	case COMMIT:
		r->ret = do_commit(vec, r);
		break;
	case GET:
		r->ret = do_get(vec, r);
		break;
	case SIZE:
		r->ret = lfvec_sized_end(vec);
		break;
	default:
		r->ret = lfvec_sized_oldest(vec);
	}
}

static bool model_push(struct model *m, const struct record *r,
		       const struct lfvec_attr *attr)
{
	unsigned long nr = r->op == PUSH ? 1 : r->arg, i;

	if (attr->flags & LFVEC_OVERWRITE ? nr > attr->max :
	    attr->max && m->size + nr > attr->max)
		return r->ret == -ENOSPC;
	for (i = 0; i < nr; i++)
		*model_at(m, m->size + i) = r->in[i];
	m->size += nr;
	if (attr->flags & LFVEC_OVERWRITE && m->size - m->oldest > attr->max)
		m->oldest = m->size - attr->max;
	return m->size - m->oldest <= MODEL_SIZE &&
	       r->ret == (long)(m->size - nr);
}

static bool model_pop_many(struct model *m, const struct record *r)
{
	unsigned long nr = min(r->arg, m->size - m->oldest), i;

	m->size -= nr;
	for (i = 0; i < nr; i++)
		if (r->out[i] != *model_at(m, m->size + i))
			return false;
	return r->ret == (nr ? (long)nr : -ENOENT);
}

/* Load and store. */
static bool model_place(struct model *m, const struct record *r)
{
	u8 *elem = model_at(m, r->arg);

	if (r->arg >= m->size)
		return r->ret == -ERANGE;
	if (r->arg < m->oldest)
		return r->ret == -EPIPE;
	if (r->op != STORE && r->out[0] != *elem)
		return false;
	if (r->op == CMPXCHG && r->expect != *elem)
		return !r->ret;
	if (r->op != LOAD)
		*elem = r->in[0];
	return r->ret == (r->op == CMPXCHG);
}

static bool only_appends(enum op op)
{
	return op == PUSH || op == LOAD || op == PEEK || op == SIZE ||
	       op == OLDEST;
}

/* Do to the model what was done; false if the results are not the same. */
static bool model_op(struct model *m, const struct record *r,
		     const struct lfvec_attr *attr)
{
	unsigned long nr;

	if (r->op == OPS)
		return true;
	if (attr->flags & LFVEC_APPEND_ONLY && !only_appends(r->op))
		return r->ret == -EOPNOTSUPP;
	switch (r->op) {
	case PUSH:
	case PUSH_MANY:
		return model_push(m, r, attr);
	case POP:
	case PEEK:
		if (m->size == m->oldest)
			return r->ret == -ENOENT;
		nr = m->size - 1;
		m->size -= r->op == POP;
		return !r->ret && r->out[0] == *model_at(m, nr);
	case POP_MANY:
		return model_pop_many(m, r);
	case TRUNCATE:
		nr = m->size - min(m->size, max(r->arg, m->oldest));
		m->size -= nr;
		return r->ret == (long)nr;
	case SIZE:
		return r->ret == (long)m->size;
	case OLDEST:
		return r->ret == (long)(attr->flags & LFVEC_OVERWRITE ?
					m->oldest : 0);
	default:
		return model_place(m, r);
	}
}

/* What is gone stays so; how much may go is not told here. */
static bool model_op_sized(struct model *m, const struct record *r,
			   const struct lfvec_attr *attr)
{
	switch (r->op) {
	case COMMIT:
		*model_at(m, m->size) = r->in[0];
		m->oldest += m->size - m->oldest == attr->max;
		return r->ret == (long)m->size++;
	case GET:
		if (r->arg >= m->size)
			return r->ret == -ERANGE;
		if (r->ret == -EPIPE)
			m->oldest = max(m->oldest, r->arg + 1);
		return r->ret == -EPIPE ||
		       (!r->ret && r->arg >= m->oldest &&
			r->out[0] == *model_at(m, r->arg));
	case SIZE:
		return r->ret == (long)m->size;
	case OLDEST:
		if (r->ret < (long)m->oldest || r->ret > (long)m->size)
			return false;
		m->oldest = r->ret;
		return true;
	default:
		return true;
	}
}

void history_by_stamps(struct history *h)
{
	unsigned int p, q, at[2 * MODEL_RECORDS];

	for (p = 0; p < 2 * h->nr; p++) {
		at[p] = p % 2 ? h->records[p / 2].end : h->records[p / 2].begin;
		h->before[p] = 0;
	}
	for (p = 0; p < 2 * h->nr; p++)
		for (q = 0; q < 2 * h->nr; q++)
			if (at[q] < at[p])
				h->before[p] |= BIT(q);
}

/* Some have taken effect, and this is what there is then. */
struct config {
	unsigned long	done;
	struct model	m;
};

/* All that is possible at some time. */
struct configs {
	unsigned int	nr;
	struct config	config[CONFIGS];
};

static struct configs possible[2 * MODEL_RECORDS + 1];

static void configs_add(struct configs *c, const struct config *config)
{
	unsigned int i;

	for (i = 0; i < c->nr; i++)
		if (!memcmp(&c->config[i], config, sizeof(*config)))
			return;
	if (c->nr == CONFIGS) {
		fprintf(stderr, "a history with too many possibilities\n");
		exit(3);
	}
	c->config[c->nr++] = *config;
}

/* Let those of @begun that have not taken effect do so, in any order, or not. */
static void configs_advance(struct configs *c, const struct history *h, u32 begun)
{
	struct config next;
	unsigned int i, r;

	for (i = 0; i < c->nr; i++) {
		for (r = 0; r < h->nr; r++) {
			if (!(begun & ~c->config[i].done & BIT(r)))
				continue;
			next = c->config[i];
			next.done |= BIT(r);
			if (h->sized ? model_op_sized(&next.m, &h->records[r], h->attr) :
				       model_op(&next.m, &h->records[r], h->attr))
				configs_add(c, &next);
		}
	}
}

static void configs_copy(struct configs *to, const struct configs *from)
{
	to->nr = from->nr;
	memcpy(to->config, from->config, from->nr * sizeof(from->config[0]));
}

static void configs_require(struct configs *to, const struct configs *from,
			    unsigned int r)
{
	unsigned int i;

	to->nr = 0;
	for (i = 0; i < from->nr; i++)
		if (from->config[i].done & BIT(r))
			to->config[to->nr++] = from->config[i];
}

static bool configs_final(struct configs *c, const struct history *h)
{
	unsigned int i;

	for (i = 0; i < c->nr; i++)
		if (h->final(&c->config[i].m))
			return true;
	return false;
}

static bool may_come(const struct history *h, u64 past, unsigned int point)
{
	return !(past & BIT(point)) && !(h->before[point] & ~past);
}

/*
 * What is to come, where @past has, is explained in whatever order it may come. An
 * end that may come does: if it comes later, less has to be explained.
 */
static bool rest_explained(const struct history *h, u64 past, u32 begun,
			   struct configs *c)
{
	unsigned int r;
	bool left = false;

	for (r = 0; r < h->nr; r++) {
		if (!(begun & BIT(r)) || !may_come(h, past, 2 * r + 1))
			continue;
		configs_advance(c, h, begun);
		configs_require(c + 1, c, r);
		return (c + 1)->nr &&
		       rest_explained(h, past | BIT(2 * r + 1), begun, c + 1);
	}
	for (r = 0; r < h->nr; r++) {
		left |= !(begun & BIT(r));
		if (!may_come(h, past, 2 * r))
			continue;
		configs_copy(c + 1, c);
		if (!rest_explained(h, past | BIT(2 * r), begun | BIT(r), c + 1))
			return false;
	}
	return left || configs_final(c, h);
}

bool history_explained(const struct history *h)
{
	struct config first = { .m = h->first };

	possible[0].nr = 0;
	configs_add(&possible[0], &first);
	return rest_explained(h, 0, 0, possible);
}

void history_print(const struct history *h)
{
	struct model before = h->first;
	const struct record *r;
	unsigned long i;

	printf("# form %u, max %lu, from %lu at first", h->attr->flags,
	       h->attr->max, before.oldest);
	for (i = before.oldest; i < before.size; i++)
		printf(" %u", *model_at(&before, i));
	printf("\n");
	for (r = h->records; r < h->records + h->nr; r++)
		printf("# %2u-%2u %*s%s %lu in %u %u %u expect %u: %ld out %u %u %u\n",
		       r->begin, r->end, r->level * 2, "", model_names[r->op],
		       r->arg, r->in[0], r->in[1], r->in[2], r->expect, r->ret,
		       r->out[0], r->out[1], r->out[2]);
}
