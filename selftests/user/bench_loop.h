/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All loops of one peer: included once for each, with
 *
 *	BENCH_NAME		for the name of what this defines, BENCH_NAME()
 *	BENCH_ELEM_PUSH		(t, elem, esize): true if done; and so on below
 *
 * What is not defined, the peer cannot do. The size of the elements is a constant
 * in each copy of a loop, as it is for who has an array of structs.
 */
#ifndef BENCH_LOOP_ONCE
#define BENCH_LOOP_ONCE

#include "bench.h"

#define BENCH_TICK	1024UL	/* operations without a quiescent state */

/* The compiler must have what @ptr points to filled in. */
static __always_inline void bench_use(const void *ptr)
{
	__asm__ __volatile__("" : : "r" (ptr) : "memory");
}

static __always_inline unsigned long long bench_random(struct bench_thread *t)
{
	t->random = t->random * 6364136223846793005ULL + 1442695040888963407ULL;
	return t->random >> 32;
}

static __always_inline unsigned long bench_index(struct bench_thread *t)
{
	return (bench_random(t) * t->elems) >> 32;
}

/*
 * Do @expr for all operations of thread t, each of which counts for @step; timed
 * says whether to look at the clock, and __nr how many are left until the next tick.
 */
#define bench_repeat(step, expr)					\
do {									\
	unsigned long __left = t->ops / (step), __nr;			\
	unsigned long long __start;					\
									\
	while (__left) {						\
		__nr = __left < BENCH_TICK ? __left : BENCH_TICK;	\
		__left -= __nr;						\
		while (__nr--) {					\
			__start = timed ? bench_ticks() : 0;		\
			t->failed += !(expr);				\
			if (timed)					\
				bench_record(t->histogram,		\
					     bench_ticks() - __start);	\
		}							\
		bench_breathe();					\
	}								\
} while (0)

#endif /* BENCH_LOOP_ONCE */

#define BENCH_GLUE2(a, b)	a##_##b
#define BENCH_GLUE(a, b)	BENCH_GLUE2(a, b)
#define BENCH_FN(name)		BENCH_GLUE(BENCH_NAME, name)

#if defined(BENCH_ELEM_STORE) && defined(BENCH_ELEM_PUSH)
/* Of 100 operations, @push push, and so on; what is left reads. */
static __always_inline bool BENCH_FN(mixed)(struct bench_thread *t,
					    const unsigned int esize,
					    const unsigned int push,
					    const unsigned int pop,
					    const unsigned int write)
{
	unsigned long long elem[BENCH_ESIZE_MAX / sizeof(long long)];
	unsigned long die = (bench_random(t) * 100) >> 32;

	if (die < push)
		return BENCH_ELEM_PUSH(t, bench_elems, esize);
#ifdef BENCH_ELEM_POP
	if (die < push + pop) {
		if (!BENCH_ELEM_POP(t, elem, esize))
			return false;
		bench_use(elem);
		return true;
	}
#endif
	if (die < push + pop + write)
		return BENCH_ELEM_STORE(t, bench_index(t), bench_elems, esize);
	if (!BENCH_ELEM_LOAD(t, bench_index(t), elem, esize))
		return false;
	bench_use(elem);
	return true;
}
#endif

/* Do what @t says, or say that this is impossible. */
static __always_inline bool BENCH_FN(loops)(struct bench_thread *t,
					    const unsigned int esize,
					    const bool timed)
{
	unsigned long long elem[BENCH_ESIZE_MAX / sizeof(long long)];

	(void)elem;
	(void)esize;
	switch (t->work) {
#ifdef BENCH_ELEM_PUSH
#ifdef BENCH_CLEARS
	case BENCH_PUSH:
#endif
	case BENCH_APPEND:
		bench_repeat(1, BENCH_ELEM_PUSH(t, bench_elems, esize));
		return true;
#endif
#ifdef BENCH_ELEM_PUSH_MANY
	case BENCH_PUSH_MANY4:
		bench_repeat(4,
			     BENCH_ELEM_PUSH_MANY(t, bench_elems, 4, esize));
		return true;
	case BENCH_PUSH_MANY16:
		bench_repeat(16,
			     BENCH_ELEM_PUSH_MANY(t, bench_elems, 16, esize));
		return true;
	case BENCH_PUSH_MANY64:
		bench_repeat(64,
			     BENCH_ELEM_PUSH_MANY(t, bench_elems, 64, esize));
		return true;
#endif
#ifdef BENCH_ELEM_POP
	case BENCH_POP:
		bench_repeat(1, ({
			bool __ok = BENCH_ELEM_POP(t, elem, esize);

			bench_use(elem);
			__ok;
		}));
		return true;
	case BENCH_PUSH_POP:
		bench_repeat(1, ({
			bool __ok = __nr % 2 ?
				BENCH_ELEM_PUSH(t, bench_elems, esize) :
				BENCH_ELEM_POP(t, elem, esize);

			bench_use(elem);
			__ok;
		}));
		return true;
#endif
#ifdef BENCH_ELEM_STORE
	case BENCH_STORE:
		bench_repeat(1,
			     BENCH_ELEM_STORE(t, bench_index(t), bench_elems, esize));
		return true;
#endif
#ifdef BENCH_ELEM_LOAD
	case BENCH_LOAD:
		bench_repeat(1, ({
			bool __ok = BENCH_ELEM_LOAD(t, bench_index(t), elem, esize);

			bench_use(elem);
			__ok;
		}));
		return true;
#endif
#ifdef BENCH_ALL_ITERATE
	case BENCH_ITERATE:
		bench_repeat(t->elems, BENCH_ALL_ITERATE(t, esize));
		return true;
#endif
#if defined(BENCH_ELEM_STORE) && defined(BENCH_ELEM_PUSH)
#ifdef BENCH_ELEM_POP
	case BENCH_MIX_15_5_10_70:
		bench_repeat(1, BENCH_FN(mixed)(t, esize, 15, 5, 10));
		return true;
	case BENCH_MIX_30_20_20_30:
		bench_repeat(1, BENCH_FN(mixed)(t, esize, 30, 20, 20));
		return true;
#endif
	case BENCH_MIX_35_0_35_30:
		bench_repeat(1, BENCH_FN(mixed)(t, esize, 35, 0, 35));
		return true;
#endif
	default:
		return false;
	}
}

static bool BENCH_NAME(struct bench_thread *t)
{
	switch (t->esize) {
	case 8:
		return t->histogram ? BENCH_FN(loops)(t, 8, true) :
				      BENCH_FN(loops)(t, 8, false);
	case 64:
		return t->histogram ? BENCH_FN(loops)(t, 64, true) :
				      BENCH_FN(loops)(t, 64, false);
	case 256:
		return t->histogram ? BENCH_FN(loops)(t, 256, true) :
				      BENCH_FN(loops)(t, 256, false);
	default:
		return false;
	}
}

#undef BENCH_GLUE2
#undef BENCH_GLUE
#undef BENCH_FN
#undef BENCH_NAME
#undef BENCH_CLEARS
#undef BENCH_ELEM_PUSH
#undef BENCH_ELEM_PUSH_MANY
#undef BENCH_ELEM_POP
#undef BENCH_ELEM_STORE
#undef BENCH_ELEM_LOAD
#undef BENCH_ALL_ITERATE
