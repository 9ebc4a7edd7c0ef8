/* SPDX-License-Identifier: GPL-2.0 */
/*
 * lfvec_stress - measured: an array under a lock, as a template
 *
 * To be included with
 *
 *	LOCK(name)		the name of a function of it
 *	LOCK_ESIZE(a)		bytes of an element of struct array *a
 *	LOCK_TAKE(a, flags)	take the lock
 *	LOCK_GIVE(a, flags)	give it back
 *
 * so that nothing costs more than if it were written for this lock and this size.
 */
static __always_inline long LOCK(push)(void *v, void *elem, unsigned long i)
{
	unsigned long flags __maybe_unused;
	struct array *a = v;
	long ret = -ENOSPC;

	LOCK_TAKE(a, flags);
	if (a->size < a->max) {
		ret = a->size++;
		memcpy(a->data + ret * LOCK_ESIZE(a), elem, LOCK_ESIZE(a));
	}
	LOCK_GIVE(a, flags);
	return ret;
}

static __always_inline long LOCK(push_many)(void *v, void *elem, unsigned long nr)
{
	unsigned long flags __maybe_unused;
	struct array *a = v;
	long ret = -ENOSPC;

	LOCK_TAKE(a, flags);
	if (a->max - a->size >= nr) {
		ret = a->size;
		a->size += nr;
		memcpy(a->data + ret * LOCK_ESIZE(a), elem, nr * LOCK_ESIZE(a));
	}
	LOCK_GIVE(a, flags);
	return ret;
}

static __always_inline long LOCK(pop)(void *v, void *elem, unsigned long i)
{
	unsigned long flags __maybe_unused;
	struct array *a = v;
	long ret = -ENOENT;

	LOCK_TAKE(a, flags);
	if (a->size) {
		a->size--;
		memcpy(elem, a->data + a->size * LOCK_ESIZE(a), LOCK_ESIZE(a));
		ret = 0;
	}
	LOCK_GIVE(a, flags);
	return ret;
}

static __always_inline long LOCK(load)(void *v, void *elem, unsigned long i)
{
	unsigned long flags __maybe_unused;
	struct array *a = v;
	long ret = -ERANGE;

	LOCK_TAKE(a, flags);
	if (i < a->size) {
		memcpy(elem, a->data + i * LOCK_ESIZE(a), LOCK_ESIZE(a));
		ret = 0;
	}
	LOCK_GIVE(a, flags);
	return ret;
}

static __always_inline long LOCK(store)(void *v, void *elem, unsigned long i)
{
	unsigned long flags __maybe_unused;
	struct array *a = v;
	long ret = -ERANGE;

	LOCK_TAKE(a, flags);
	if (i < a->size) {
		memcpy(a->data + i * LOCK_ESIZE(a), elem, LOCK_ESIZE(a));
		ret = 0;
	}
	LOCK_GIVE(a, flags);
	return ret;
}

BENCH_EACH(LOCK(loop_push), LOCK(push))
BENCH_EACH(LOCK(loop_pop), LOCK(pop))
BENCH_ANYWHERE(LOCK(loop_load), LOCK(load))
BENCH_ANYWHERE(LOCK(loop_store), LOCK(store))
BENCH_PAIRS(LOCK(loop_pairs), LOCK(push), LOCK(pop))
BENCH_MIX(LOCK(loop_mix), LOCK(push), LOCK(pop), LOCK(store), LOCK(load))

static void LOCK(loop_push_many)(struct bench_thread *t, u32 n)
{
	bench_batches(t, n, LOCK(push_many));
}

static void LOCK(loop_iterate)(struct bench_thread *t, u32 n)
{
	unsigned long flags __maybe_unused, sum = 0, i;
	struct array *a = t->v;
	u32 some;

	for (; n; n -= some) {
		some = bench_section(t, n);
		LOCK_TAKE(a, flags);
		for (i = t->next; i < t->next + some && i < a->size; i++)
			sum += a->data[i * LOCK_ESIZE(a)];
		LOCK_GIVE(a, flags);
		t->next += some;
	}
	t->sink += sum;
}
