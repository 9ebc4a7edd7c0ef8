/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests of ops.c that have a file of their own
 */
#ifndef _OPS_H
#define _OPS_H

/* sized_ops.c */
void test_sized_attr(void);
void test_sized_bounds(void);
void test_sized_model(void);
void test_sized_upgrade(void);
void test_sized_keep(void);
void test_sized_budget(void);
void test_sized_trim(void);
void test_sized_stock(void);
void test_sized_cpus(void);
void test_sized_levels(void);
void test_sized_init_no_memory(void);

#endif /* _OPS_H */
