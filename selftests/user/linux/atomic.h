/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Atomics on compiler builtins only, which ThreadSanitizer understands. Each of
 * them is a step: the test may put something before it.
 */
#ifndef _LINUX_ATOMIC_H
#define _LINUX_ATOMIC_H

#include <linux/types.h>

typedef struct {
	int	counter;
} atomic_t;

typedef struct {
	long	counter;
} atomic_long_t;

#define smp_load_acquire(p)						\
({									\
	step();								\
	__atomic_load_n((p), __ATOMIC_ACQUIRE);				\
})

#define smp_store_release(p, val)					\
({									\
	step();								\
	__atomic_store_n((p), (val), __ATOMIC_RELEASE);			\
})

#define xchg(p, val)							\
({									\
	step();								\
	__atomic_exchange_n((p), (val), __ATOMIC_SEQ_CST);		\
})

/* A failed one orders no more than READ_ONCE() does, as in the kernel. */
#define try_cmpxchg_order(p, oldp, new, order, fail)			\
({									\
	step();								\
	__atomic_compare_exchange_n((p), (oldp), (new), false, (order),	\
				    (fail));				\
})

#define cmpxchg_order(p, old, new, order, fail)				\
({									\
	__typeof__(*(p)) __old = (old);					\
	try_cmpxchg_order((p), &__old, (new), (order), (fail));		\
	__old;								\
})

#define try_cmpxchg(p, oldp, new)					\
	try_cmpxchg_order((p), (oldp), (new), __ATOMIC_SEQ_CST,		\
			  READ_ORDER(*(p)))
#define cmpxchg(p, old, new)						\
	cmpxchg_order((p), (old), (new), __ATOMIC_SEQ_CST,		\
		      READ_ORDER(*(p)))
/* The compiler wants no more order of a failure than of a success. */
#define cmpxchg_release(p, old, new)					\
	cmpxchg_order((p), (old), (new), __ATOMIC_RELEASE,		\
		      __ATOMIC_RELAXED)
#define try_cmpxchg_release(p, oldp, new)				\
	try_cmpxchg_order((p), (oldp), (new), __ATOMIC_RELEASE,		\
			  __ATOMIC_RELAXED)

#define ATOMIC_OP(order, name, builtin, prefix, atomic, type)		\
static inline void prefix##_##name(type val, atomic *v)			\
{									\
	step();								\
	builtin(&v->counter, val, order);				\
}

#define ATOMIC_TYPE(prefix, atomic, type)				\
static inline type prefix##_read(const atomic *v)			\
{									\
	return READ_ONCE(v->counter);					\
}									\
static inline type prefix##_read_acquire(const atomic *v)		\
{									\
	return smp_load_acquire(&v->counter);				\
}									\
static inline void prefix##_set(atomic *v, type val)			\
{									\
	WRITE_ONCE(v->counter, val);					\
}									\
static inline type prefix##_xchg(atomic *v, type val)			\
{									\
	return xchg(&v->counter, val);					\
}									\
static inline type prefix##_cmpxchg(atomic *v, type old, type new)	\
{									\
	return cmpxchg(&v->counter, old, new);				\
}									\
static inline type prefix##_add_return(type val, atomic *v)		\
{									\
	step();								\
	return __atomic_add_fetch(&v->counter, val, __ATOMIC_SEQ_CST);	\
}									\
static inline bool prefix##_try_cmpxchg(atomic *v, type *old, type new)	\
{									\
	return try_cmpxchg(&v->counter, old, new);			\
}									\
ATOMIC_OP(__ATOMIC_RELAXED, add, __atomic_fetch_add, prefix, atomic, type) \
ATOMIC_OP(__ATOMIC_RELAXED, sub, __atomic_fetch_sub, prefix, atomic, type) \
static inline void prefix##_inc(atomic *v)				\
{									\
	prefix##_add(1, v);						\
}									\
static inline void prefix##_dec(atomic *v)				\
{									\
	prefix##_sub(1, v);						\
}

ATOMIC_TYPE(atomic, atomic_t, int)
ATOMIC_TYPE(atomic_long, atomic_long_t, long)

#endif /* _LINUX_ATOMIC_H */
