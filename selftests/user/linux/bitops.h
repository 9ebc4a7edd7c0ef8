/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_BITOPS_H
#define _LINUX_BITOPS_H

#include <linux/compiler.h>

#define BITS_PER_LONG	__LONG_WIDTH__
#define BIT(nr)		(1UL << (nr))

static __always_inline unsigned long __fls(unsigned long word)
{
	/* which is a single instruction where there is one, unlike a difference */
	return (BITS_PER_LONG - 1) ^ __builtin_clzl(word);
}

#define for_each_set_bit(bit, addr, size)				\
	for ((bit) = 0; (bit) < (size); (bit)++)			\
		if (*(addr) & BIT(bit))

#endif /* _LINUX_BITOPS_H */
