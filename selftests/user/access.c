// SPDX-License-Identifier: GPL-2.0
/*
 * What the core does to memory, as told by the compiler
 *
 * The core is compiled as for ThreadSanitizer, and linked with this in place of its
 * runtime. So each access comes by here, whatever the source calls it: atomic ones
 * are steps, the others must be ordered by these.
 */
#include <string.h>
#include <linux/types.h>

#include "scheduler.h"

#define FROM	__builtin_return_address(0)

void __tsan_init(void)
{
}

#define PLAIN(name, size, write)					\
void __tsan_##name(void *addr)						\
{									\
	sched_plain(addr, size, write);					\
}

PLAIN(read1, 1, false)
PLAIN(write1, 1, true)
PLAIN(read2, 2, false)
PLAIN(write2, 2, true)
PLAIN(read4, 4, false)
PLAIN(write4, 4, true)
PLAIN(read8, 8, false)
PLAIN(write8, 8, true)
PLAIN(read16, 16, false)
PLAIN(write16, 16, true)
PLAIN(unaligned_read2, 2, false)
PLAIN(unaligned_write2, 2, true)
PLAIN(unaligned_read4, 4, false)
PLAIN(unaligned_write4, 4, true)
PLAIN(unaligned_read8, 8, false)
PLAIN(unaligned_write8, 8, true)
PLAIN(unaligned_read16, 16, false)
PLAIN(unaligned_write16, 16, true)

void __tsan_read_range(void *addr, size_t size)
{
	sched_plain(addr, size, false);
}

void __tsan_write_range(void *addr, size_t size)
{
	sched_plain(addr, size, true);
}

void __tsan_atomic_signal_fence(int order)
{
}

#define TYPE		u8
#define ATOMIC(name)	__tsan_atomic8_##name
#include "access_atomic.h"
#undef TYPE
#undef ATOMIC

#define TYPE		u32
#define ATOMIC(name)	__tsan_atomic32_##name
#include "access_atomic.h"
#undef TYPE
#undef ATOMIC

#define TYPE		u64
#define ATOMIC(name)	__tsan_atomic64_##name
#include "access_atomic.h"
