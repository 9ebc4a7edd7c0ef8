/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_TIMEX_H
#define _LINUX_TIMEX_H

#include <linux/types.h>

/* Its users want its low bits only, as a die. */
static inline u64 get_cycles(void)
{
	return step_random();
}

#endif /* _LINUX_TIMEX_H */
