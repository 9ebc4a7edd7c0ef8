/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _STUB_LINUX_TYPES_H
#define _STUB_LINUX_TYPES_H

#include_next <linux/types.h>
#include <limits.h>
#include <stdint.h>
#include <sys/types.h>
#include <linux/compiler.h>

typedef uint8_t		u8;
typedef uint16_t	u16;
typedef uint32_t	u32;
typedef uint64_t	u64;
typedef int64_t		s64;

typedef unsigned int	gfp_t;

#endif /* _STUB_LINUX_TYPES_H */
