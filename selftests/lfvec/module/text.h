/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the code of lfvec.ko is
 */
#ifndef TEST_LFVEC_TEXT_H
#define TEST_LFVEC_TEXT_H

#include <linux/kallsyms.h>
#include <linux/lfvec.h>
#include <linux/string.h>

static inline bool text_ours(unsigned long addr)
{
	char symbol[KSYM_SYMBOL_LEN];

	sprint_symbol(symbol, addr);
	/* after the last function there are zeroes */
	return strstr(symbol, "[lfvec]") && memchr_inv((void *)addr, 0, 16);
}

/* From *@start to before *@end. */
static inline void text_range(unsigned long *start, unsigned long *end)
{
	*start = (unsigned long)__lfvec_push;
	*end = *start;
	while (text_ours(*start - 1))
		(*start)--;
	while (text_ours(*end))
		(*end)++;
}

#endif /* TEST_LFVEC_TEXT_H */
