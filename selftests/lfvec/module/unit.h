/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEST_LFVEC_UNIT_H
#define TEST_LFVEC_UNIT_H

#include <linux/compiler.h>
#include <linux/printk.h>

extern unsigned int unit_run, unit_passed;

/* Count a check, and say which one failed. */
#define CHECK(cond)							\
do {									\
	unit_run++;							\
	if (cond)							\
		unit_passed++;						\
	else								\
		pr_err("%s: %s:%d: %s\n", KBUILD_MODNAME, __func__,	\
		       __LINE__, #cond);				\
} while (0)

void unit_tests(void);

#endif /* TEST_LFVEC_UNIT_H */
