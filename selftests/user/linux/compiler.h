/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_COMPILER_H
#define _LINUX_COMPILER_H

#include <stdbool.h>
#include <stddef.h>

#include "../step.h"

#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define barrier()		__atomic_signal_fence(__ATOMIC_SEQ_CST)

#undef __always_inline
#define __always_inline		inline __attribute__((__always_inline__))
#define noinline		__attribute__((__noinline__))
#define __noreturn		__attribute__((__noreturn__))
#define OPTIMIZER_HIDE_VAR(x)	__asm__("" : "+r" (x))
#define __aligned(x)		__attribute__((__aligned__(x)))
#define __maybe_unused		__attribute__((__unused__))
#define __percpu

/*
 * In the kernel READ_ONCE() of a pointer orders what is read through it: that
 * is an address dependency, "consume". Of anything else it orders nothing.
 */
#define POINTER_CLASS	5
#define READ_ORDER(x)							\
	(__builtin_classify_type(x) == POINTER_CLASS ?			\
	 __ATOMIC_CONSUME : __ATOMIC_RELAXED)

#define READ_ONCE(x)							\
({									\
	step();								\
	__atomic_load_n(&(x), READ_ORDER(x));				\
})

#define WRITE_ONCE(x, val)						\
({									\
	step();								\
	__atomic_store_n(&(x), (val), __ATOMIC_RELAXED);		\
})

/* What races on purpose is the business of whoever wrote data_race() there. */
#ifdef STUB_TSAN
void AnnotateIgnoreReadsBegin(const char *file, int line);
void AnnotateIgnoreReadsEnd(const char *file, int line);
#define data_race(expr)							\
({									\
	AnnotateIgnoreReadsBegin(__FILE__, __LINE__);			\
	__typeof__(expr) __race = (expr);				\
	AnnotateIgnoreReadsEnd(__FILE__, __LINE__);			\
	__race;								\
})
#else
#define data_race(expr)		(expr)
#endif

#endif /* _LINUX_COMPILER_H */
