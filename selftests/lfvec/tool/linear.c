// SPDX-License-Identifier: GPL-2.0
/*
 * Is a history linearizable: is there an order of its operations, in which none comes
 * before one that had ended when it began, and which explains all results?
 *
 * Wing and Gong's search, as Lowe has it ("Testing for linearizability", 2017): the
 * calls and returns are gone through in the order of their stamps. What is known at any
 * time is a set of ways: in each, the vector holds this and that, and of the operations
 * that have begun and not ended, these have taken effect. When one ends, each way goes
 * on in all ways in which the others that are pending, in some order, and then this one
 * take effect; those that come to the same are one. If none is left, there is no such
 * order; as all are tried side by side, the history is bad up to here, whatever comes
 * later.
 *
 * Three things keep them few. What can only leave the vector as it is, such as a load,
 * takes effect as soon as its result is right: later would be no better. All else takes effect
 * only when something has to end. And a push says its index, so it can take effect at
 * that size only.
 *
 * The ways differ in a few elements. So there is one array, and a way is what differs.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"

#define PENDING_MAX	64
#define DIFF_MAX	4096
#define BUCKETS		4096

struct diff {
	u64	index;
	u64	value;
};

struct way {
	struct way	*next;		/* in the list of all */
	struct way	*chain;		/* with the same hash */
	u64		done;		/* a bit for each that is pending */
	u64		size;
	u64		oldest;
	u32		hash;
	u32		nr;
	struct diff	diff[];		/* by index */
};

/* Room that is used up and given back as a whole */
struct arena {
	char	*mem;
	size_t	used;
};

struct event {
	u32	op;
	bool	ends;
};

struct search {
	bool			overwrite;
	u64			max;
	const struct op		**ops;
	size_t			nr;
	struct event		*events;
	u8			*slot;			/* of each op */
	const struct op		*pending[PENDING_MAX];
	u64			busy;			/* of these */
	u64			changing;		/* of these */
	u64			*base;
	u64			base_nr;
	struct arena		arena[2];
	size_t			arena_size;
	unsigned int		now;			/* of the two */
	struct way		*ways;
	size_t			nr_ways;
	size_t			most;
	size_t			overlap;
	struct way		*seen[BUCKETS];
	u32			used[BUCKETS];		/* of these */
	u32			nr_used;
	struct way		*draft;			/* one that is being made */
	enum verdict		verdict;
	const char		*why;
	size_t			at;	/* which event */
	size_t			cut;	/* after so many of them there was one way */
};

static void give_up(struct search *s, enum verdict what, const char *why)
{
	if (s->verdict == VERDICT_GOOD) {
		s->verdict = what;
		s->why = why;
	}
}

/* --- what a vector is ------------------------------------------------------- */

/* What @w has at @index, where the array has @base */
static u64 differs(const struct way *w, u64 index, u64 base)
{
	u32 low = 0, high = w->nr, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (w->diff[middle].index == index)
			return w->diff[middle].value;
		if (w->diff[middle].index < index)
			low = middle + 1;
		else
			high = middle;
	}
	return base;
}

static u64 get(const struct search *s, const struct way *w, u64 index)
{
	return differs(w, index, s->base[index]);
}

static bool values_match(const struct search *s, const struct way *w,
			 const struct op *op, u64 from)
{
	u32 i;

	for (i = 0; i < op->nr; i++)
		if (get(s, w, from + i) != op->values[i])
			return false;
	return true;
}

static bool pop_matches(const struct search *s, const struct way *w,
			const struct op *op)
{
	u64 there = w->size - w->oldest;
	u64 most = op->kind == LFVEC_STRESS_OP_POP_MANY ? op->index : 1;

	if (op->result < 0)
		return op->result == -ENOENT && !there;
	return op->nr && op->nr == (most < there ? most : there) &&
	       values_match(s, w, op, w->size - op->nr);
}

static bool push_matches(const struct search *s, const struct way *w,
			 const struct op *op)
{
	bool fits = op->nr <= s->max &&
		    (s->overwrite || w->size <= s->max - op->nr);

	if (op->result < 0)
		return op->result == -ENOSPC && !fits;
	return fits && (u64)op->result == w->size;
}

/* Of an operation on one element, which is @there: does it say what it must? */
static bool at_matches(const struct op *op, u64 there)
{
	switch (op->kind) {
	case LFVEC_STRESS_OP_LOAD:
		return op->values[0] == there;
	case LFVEC_STRESS_OP_XCHG:
		return op->values[1] == there;
	case LFVEC_STRESS_OP_CMPXCHG:
		if (op->result)
			return op->values[0] == there;
		return op->values[0] != there && op->values[2] == there;
	default:
		return true;
	}
}

static u64 truncated(const struct way *w, const struct op *op)
{
	u64 from = op->index > w->oldest ? op->index : w->oldest;

	return w->size > from ? w->size - from : 0;
}

/* Can @op take effect now, with the result that it had? */
static bool matches(const struct search *s, const struct way *w,
		    const struct op *op)
{
	switch (op->kind) {
	case LFVEC_STRESS_OP_PUSH:
	case LFVEC_STRESS_OP_PUSH_MANY:
		return push_matches(s, w, op);
	case LFVEC_STRESS_OP_POP:
	case LFVEC_STRESS_OP_POP_MANY:
		return pop_matches(s, w, op);
	case LFVEC_STRESS_OP_TRUNCATE:
		return op->result >= 0 && truncated(w, op) == (u64)op->result;
	case LFVEC_STRESS_OP_SIZE:
		return w->size == (u64)op->result;
	case LFVEC_STRESS_OP_OLDEST:
		return w->oldest == (u64)op->result;
	case LFVEC_STRESS_OP_PEEK:
		if (op->result < 0)
			return op->result == -ENOENT && w->size == w->oldest;
		return w->size > w->oldest && values_match(s, w, op, w->size - 1);
	default:
		if (op->index >= w->size)
			return op->result == -ERANGE;
		if (op->index < w->oldest)
			return op->result == -EPIPE;
		return op->result >= 0 &&
		       at_matches(op, get(s, w, op->index));
	}
}

/* --- how it comes about ----------------------------------------------------- */

static void draft_set(struct search *s, u64 index, u64 value)
{
	struct way *d = s->draft;
	u32 at = d->nr;

	while (at && d->diff[at - 1].index >= index)
		at--;
	if (at < d->nr && d->diff[at].index == index) {
		d->diff[at].value = value;
		if (s->base[index] == value) {
			memmove(&d->diff[at], &d->diff[at + 1],
				(d->nr - at - 1) * sizeof(*d->diff));
			d->nr--;
		}
		return;
	}
	if (s->base[index] == value)
		return;
	if (d->nr == DIFF_MAX) {
		give_up(s, VERDICT_UNDECIDED, "too much is pending for too long");
		return;
	}
	memmove(&d->diff[at + 1], &d->diff[at], (d->nr - at) * sizeof(*d->diff));
	d->diff[at] = (struct diff){ index, value };
	d->nr++;
}

/* What is not there any more, need not differ. */
static void draft_trim(struct way *d)
{
	u32 gone = 0;

	while (d->nr && d->diff[d->nr - 1].index >= d->size)
		d->nr--;
	while (gone < d->nr && d->diff[gone].index < d->oldest)
		gone++;
	memmove(d->diff, d->diff + gone, (d->nr - gone) * sizeof(*d->diff));
	d->nr -= gone;
}

static bool base_grow(struct search *s, u64 size)
{
	u64 nr = s->base_nr;
	u64 *base;

	if (size <= nr)
		return true;
	while (nr < size)
		nr = nr ? nr * 2 : 1024;
	base = realloc(s->base, nr * sizeof(*base));
	if (!base) {
		give_up(s, VERDICT_MEMORY, "out of memory");
		return false;
	}
	memset(base + s->base_nr, 0, (nr - s->base_nr) * sizeof(*base));
	s->base = base;
	s->base_nr = nr;
	return true;
}

static void draft_push(struct search *s, const struct op *op)
{
	struct way *d = s->draft;
	u32 i;

	if (!base_grow(s, d->size + op->nr))
		return;
	for (i = 0; i < op->nr; i++)
		draft_set(s, d->size + i, op->values[i]);
	d->size += op->nr;
	if (s->overwrite && d->size > s->max && d->size - s->max > d->oldest)
		d->oldest = d->size - s->max;
}

/* Let @op, which changes something, take effect in the draft. */
static void draft_apply(struct search *s, const struct op *op)
{
	struct way *d = s->draft;

	switch (op->kind) {
	case LFVEC_STRESS_OP_PUSH:
	case LFVEC_STRESS_OP_PUSH_MANY:
		draft_push(s, op);
		break;
	case LFVEC_STRESS_OP_POP:
	case LFVEC_STRESS_OP_POP_MANY:
		d->size -= op->nr;
		break;
	case LFVEC_STRESS_OP_TRUNCATE:
		d->size -= op->result;
		break;
	default:
		draft_set(s, op->index, op->values[op->in - 1]);
	}
	draft_trim(d);
}

/* --- sets of ways ----------------------------------------------------------- */

static struct way *way_alloc(struct search *s, u32 nr)
{
	struct arena *a = &s->arena[s->now];
	size_t size = sizeof(struct way) + nr * sizeof(struct diff);
	struct way *w = (struct way *)(a->mem + a->used);

	if (size > s->arena_size - a->used) {
		give_up(s, VERDICT_UNDECIDED, "too many ways to go on");
		return NULL;
	}
	a->used += size;
	return w;
}

static u64 mix(u64 h, u64 v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ULL;
	return h ^ h >> 29;
}

static u32 draft_hash(const struct search *s)
{
	const struct way *d = s->draft;
	u64 h = mix(d->done & s->changing, d->size);
	u32 i;

	h = mix(h, d->oldest);
	for (i = 0; i < d->nr; i++)
		h = mix(mix(h, d->diff[i].index), d->diff[i].value);
	return h >> 32;
}

/* Has @w all that the draft has? It may be ahead by some that change nothing. */
static bool way_covers(const struct search *s, const struct way *w, u32 hash)
{
	const struct way *d = s->draft;

	return w->hash == hash && w->size == d->size && w->oldest == d->oldest &&
	       !((w->done ^ d->done) & s->changing) && !(d->done & ~w->done) &&
	       w->nr == d->nr &&
	       !memcmp(w->diff, d->diff, d->nr * sizeof(*d->diff));
}

/* All that changes nothing takes effect where it can. */
static void way_look(struct search *s, struct way *w)
{
	u64 left = s->busy & ~s->changing & ~w->done;
	unsigned int i;

	for (; left; left &= left - 1) {
		i = __builtin_ctzll(left);
		if (matches(s, w, s->pending[i]))
			w->done |= 1ULL << i;
	}
}

/* The draft becomes a way, unless there is one that is as good. */
static struct way *draft_keep(struct search *s)
{
	struct way *d = s->draft, *w;
	u32 hash, at;

	way_look(s, d);
	hash = draft_hash(s);
	at = hash % BUCKETS;
	for (w = s->seen[at]; w; w = w->chain)
		if (way_covers(s, w, hash))
			return NULL;
	w = way_alloc(s, d->nr);
	if (!w)
		return NULL;
	memcpy(w, d, sizeof(*d) + d->nr * sizeof(*d->diff));
	w->hash = hash;
	w->chain = s->seen[at];
	if (!s->seen[at])
		s->used[s->nr_used++] = at;
	s->seen[at] = w;
	return w;
}

static void draft_from(struct search *s, const struct way *w)
{
	memcpy(s->draft, w, sizeof(*w) + w->nr * sizeof(*w->diff));
}

static void seen_clear(struct search *s)
{
	while (s->nr_used)
		s->seen[s->used[--s->nr_used]] = NULL;
}

static void ways_add(struct search *s, struct way *w)
{
	w->next = s->ways;
	s->ways = w;
	s->nr_ways++;
}

/* All ways to go on from @todo until @bit is done. */
static void ways_extend(struct search *s, struct way *todo, u64 bit)
{
	struct way *w, *made;
	unsigned int i;
	u64 left;

	while ((w = todo) && s->verdict == VERDICT_GOOD) {
		todo = w->next;
		for (left = s->changing & ~w->done; left; left &= left - 1) {
			i = __builtin_ctzll(left);
			if (!matches(s, w, s->pending[i]))
				continue;
			draft_from(s, w);
			s->draft->done |= 1ULL << i;
			draft_apply(s, s->pending[i]);
			made = draft_keep(s);
			if (made && made->done & bit) {
				ways_add(s, made);
			} else if (made) {
				made->next = todo;
				todo = made;
			}
		}
	}
}

/* Have the array as @ref has it, which then has no differences. */
static void ways_rebase(struct search *s, const struct way *ref)
{
	struct way *w = s->ways, *made, **end = &s->ways;
	u64 *was = malloc(ref->nr * sizeof(*was) + 1);
	u32 i;

	if (!was) {
		give_up(s, VERDICT_MEMORY, "out of memory");
		return;
	}
	for (i = 0; i < ref->nr; i++) {
		was[i] = s->base[ref->diff[i].index];
		s->base[ref->diff[i].index] = ref->diff[i].value;
	}
	s->now ^= 1;
	s->arena[s->now].used = 0;
	for (; w; w = w->next) {
		draft_from(s, w);
		for (i = 0; i < ref->nr; i++)
			draft_set(s, ref->diff[i].index,
				  differs(w, ref->diff[i].index, was[i]));
		draft_trim(s->draft);
		made = way_alloc(s, s->draft->nr);
		if (!made)
			break;
		memcpy(made, s->draft, sizeof(*made) +
		       s->draft->nr * sizeof(*made->diff));
		*end = made;
		end = &made->next;
	}
	*end = NULL;
	free(was);
}

/* --- calls and returns ------------------------------------------------------ */

static void op_begins(struct search *s, u32 nr)
{
	const struct op *op = s->ops[nr];
	unsigned int i;
	struct way *w;

	if (s->busy == ~0ULL) {
		give_up(s, VERDICT_UNDECIDED,
			"more than 64 operations at the same time");
		return;
	}
	s->overlap += s->busy != 0;
	i = __builtin_ctzll(~s->busy);
	s->slot[nr] = i;
	s->pending[i] = op;
	s->busy |= 1ULL << i;
	if (!history_no_effect(op)) {
		s->changing |= 1ULL << i;
		return;
	}
	for (w = s->ways; w; w = w->next)
		if (matches(s, w, op))
			w->done |= 1ULL << i;
}

static void op_ends(struct search *s, u32 nr)
{
	u64 bit = 1ULL << s->slot[nr];
	struct way *w, *next, *todo = NULL, *made;
	bool all = true;

	for (w = s->ways; w; w = w->next)
		all = all && w->done & bit;
	if (!all) {
		w = s->ways;
		s->ways = NULL;
		s->nr_ways = 0;
		s->now ^= 1;
		s->arena[s->now].used = 0;
		for (; w; w = next) {
			next = w->next;
			draft_from(s, w);
			made = draft_keep(s);
			if (!made)
				continue;
			if (made->done & bit) {
				ways_add(s, made);
			} else {
				made->next = todo;
				todo = made;
			}
		}
		ways_extend(s, todo, bit);
		seen_clear(s);
	}
	for (w = s->ways; w; w = w->next)
		w->done &= ~bit;
	s->busy &= ~bit;
	s->changing &= ~bit;
	if (s->nr_ways > s->most)
		s->most = s->nr_ways;
}

/* Differences that all have, or that became many, are none. */
static void ways_settle(struct search *s)
{
	struct way *w = s->ways;

	if (w && w->nr && (!w->next || w->nr > 32))
		ways_rebase(s, w);
}

static const struct op *go_through(struct search *s, size_t stop)
{
	const struct event *e;
	size_t i;

	for (i = 0; i < stop; i++) {
		e = &s->events[i];
		s->at = i;
		if (e->ends)
			op_ends(s, e->op);
		else
			op_begins(s, e->op);
		if (s->verdict == VERDICT_GOOD && !s->ways)
			give_up(s, VERDICT_BAD, "no order explains it");
		if (s->verdict != VERDICT_GOOD)
			return s->ops[e->op];
		if (e->ends)
			ways_settle(s);
		if (s->nr_ways == 1)
			s->cut = i + 1;
	}
	return NULL;
}

static int by_start(const void *a, const void *b)
{
	const struct op *x = *(const struct op * const *)a;
	const struct op *y = *(const struct op * const *)b;

	return x->start < y->start ? -1 : x->start > y->start;
}

struct ending {
	u64	end;
	u32	op;
};

static int by_end(const void *a, const void *b)
{
	const struct ending *x = a, *y = b;

	return x->end < y->end ? -1 : x->end > y->end;
}

/* Equal stamps say nothing about what was first, so all is called before it ends. */
static bool search_events(struct search *s)
{
	struct ending *ends = malloc(s->nr * sizeof(*ends) + 1);
	size_t calls = 0, returns = 0, i;

	s->events = malloc(2 * s->nr * sizeof(*s->events) + 1);
	s->slot = malloc(s->nr + 1);
	if (!ends || !s->events || !s->slot) {
		free(ends);
		return false;
	}
	qsort(s->ops, s->nr, sizeof(*s->ops), by_start);
	for (i = 0; i < s->nr; i++)
		ends[i] = (struct ending){ s->ops[i]->end, i };
	qsort(ends, s->nr, sizeof(*ends), by_end);
	for (i = 0; i < 2 * s->nr; i++)
		if (calls < s->nr && s->ops[calls]->start <= ends[returns].end)
			s->events[i] = (struct event){ calls++, false };
		else
			s->events[i] = (struct event){ ends[returns++].op, true };
	free(ends);
	return true;
}

/* Operations that failed for want of something did nothing, whenever. */
static bool search_ops(struct search *s, const struct history *h)
{
	size_t i;

	s->ops = malloc(h->nr * sizeof(*s->ops) + 1);
	if (!s->ops)
		return false;
	for (i = 0; i < h->nr; i++)
		if (!history_void(&h->ops[i]))
			s->ops[s->nr++] = &h->ops[i];
	return search_events(s);
}

static void search_reset(struct search *s, const struct contents *c)
{
	struct way *w;

	s->busy = 0;
	s->changing = 0;
	s->ways = NULL;
	s->nr_ways = 0;
	s->cut = 0;
	s->arena[0].used = 0;
	s->arena[1].used = 0;
	if (!base_grow(s, c->size + 1))
		return;
	if (c->size)
		memcpy(s->base, c->value, c->size * sizeof(*s->base));
	w = way_alloc(s, 0);
	if (!w)
		return;
	*w = (struct way){ .size = c->size, .oldest = c->oldest };
	ways_add(s, w);
}

static struct search *search_new(const struct history *h, size_t memory)
{
	struct search *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->overwrite = h->form & LFVEC_STRESS_OVERWRITE;
	s->max = h->max;
	s->arena_size = memory / 2;
	s->arena[0].mem = malloc(s->arena_size);
	s->arena[1].mem = malloc(s->arena_size);
	s->draft = malloc(sizeof(*s->draft) + DIFF_MAX * sizeof(struct diff));
	if (!s->arena[0].mem || !s->arena[1].mem || !s->draft ||
	    !search_ops(s, h))
		give_up(s, VERDICT_MEMORY, "out of memory");
	else
		search_reset(s, &h->initial);
	return s;
}

static void search_free(struct search *s)
{
	free(s->arena[0].mem);
	free(s->arena[1].mem);
	free(s->draft);
	free(s->events);
	free(s->slot);
	free(s->ops);
	free(s->base);
	free(s);
}

/* --- what to show of it ----------------------------------------------------- */

/* Go through the same again, and stop before event @stop, with the ways of then. */
static bool again(struct search *s, const struct history *h, size_t stop)
{
	s->verdict = VERDICT_GOOD;
	search_reset(s, &h->initial);
	return !go_through(s, stop);
}

/*
 * What @w, as of event @from, cannot go on with: what is pending there, and has not
 * taken effect, and what was called since, before the bad one ended.
 */
static bool cause_of(struct search *s, const struct way *w, size_t from,
		     const struct op *bad, struct cause *c)
{
	const struct event *e;
	unsigned int i;
	u64 at;

	c->before = (struct contents){
		.size = w->size, .oldest = w->oldest,
		.value = malloc(w->size * sizeof(u64) + 1),
	};
	c->window = malloc(s->nr * sizeof(*c->window) + 1);
	if (!c->before.value || !c->window)
		return false;
	for (at = w->oldest; at < w->size; at++)
		c->before.value[at] = get(s, w, at);
	for (i = 0; i < PENDING_MAX; i++)
		if (s->busy & ~w->done & 1ULL << i)
			c->window[c->nr++] = s->pending[i];
	for (e = &s->events[from]; s->ops[e->op] != bad || !e->ends; e++)
		if (!e->ends)
			c->window[c->nr++] = s->ops[e->op];
	return true;
}

static void cause_free(struct cause *c)
{
	free(c->before.value);
	free(c->window);
	memset(c, 0, sizeof(*c));
}

/* Is it bad, too, without one of those that change nothing? */
static bool bad_without(const struct history *h, const struct cause *c,
			size_t without)
{
	struct history part = *h;
	struct finding found;
	size_t i;

	part.initial = c->before;
	part.nr = 0;
	part.ops = malloc(c->nr * sizeof(*part.ops) + 1);
	if (!part.ops)
		return false;
	for (i = 0; i < c->nr; i++)
		if (i != without)
			part.ops[part.nr++] = *c->window[i];
	linear_check(&part, 0, &found);
	free(part.ops);
	linear_free(&found);
	return found.verdict == VERDICT_BAD;
}

#define WINDOW_LARGE	200
#define SMALL_MEMORY	((size_t)8 << 20)

static void cause_shrink(const struct history *h, const struct op *bad,
			 struct cause *c)
{
	size_t i = 0;

	while (c->nr <= WINDOW_LARGE && i < c->nr) {
		if (c->window[i] != bad && history_no_effect(c->window[i]) &&
		    bad_without(h, c, i))
			memmove(&c->window[i], &c->window[i + 1],
				(--c->nr - i) * sizeof(*c->window));
		else
			i++;
	}
}

/* Since when there was only one way, or else what ways there were at the end. */
static void find_causes(struct search *s, const struct history *h,
			struct finding *f)
{
	size_t last = s->at, cut = s->cut;
	struct way *w;

	if (again(s, h, cut) &&
	    cause_of(s, s->ways, cut, f->bad, &f->cause[0])) {
		cause_shrink(h, f->bad, &f->cause[0]);
		f->causes = 1;
		f->ways = 1;
	}
	if (f->cause[0].nr <= WINDOW_SMALL || !again(s, h, last))
		return;
	cause_free(&f->cause[0]);
	f->ways = s->nr_ways;
	f->causes = 0;
	for (w = s->ways; w && f->causes < CAUSES; w = w->next)
		if (cause_of(s, w, last, f->bad, &f->cause[f->causes]))
			cause_shrink(h, f->bad, &f->cause[f->causes++]);
}

void linear_free(struct finding *f)
{
	size_t i;

	for (i = 0; i < CAUSES; i++)
		cause_free(&f->cause[i]);
	f->causes = 0;
}

/*
 * Decide about @h with so many bytes of @memory for what is tried. With 0, little, and
 * no more than the verdict is wanted.
 */
void linear_check(const struct history *h, size_t memory, struct finding *f)
{
	struct search *s = search_new(h, memory ? memory : SMALL_MEMORY);

	memset(f, 0, sizeof(*f));
	if (!s) {
		f->verdict = VERDICT_MEMORY;
		f->why = "out of memory";
		return;
	}
	if (s->verdict == VERDICT_GOOD)
		f->bad = go_through(s, 2 * s->nr);
	f->verdict = s->verdict;
	f->why = s->why;
	f->most = s->most;
	f->overlap = s->overlap;
	if (f->verdict == VERDICT_BAD && memory)
		find_causes(s, h, f);
	search_free(s);
}
