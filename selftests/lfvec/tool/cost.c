// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec run --cost: what one operation costs, alone on one CPU
 */
#include <errno.h>
#include <string.h>

#include "tool.h"

struct row {
	const char	*name;
	u32	impl;
	u32	form;
	double		cost[LFVEC_STRESS_WORKS];	/* negative: not possible */
};

static const char * const work_names[LFVEC_STRESS_WORKS] = {
	[LFVEC_STRESS_WORK_PUSH]	= "push",
	[LFVEC_STRESS_WORK_POP]		= "pop",
	[LFVEC_STRESS_WORK_PUSHPOP]	= "push/pop",
	[LFVEC_STRESS_WORK_LOAD]	= "load",
	[LFVEC_STRESS_WORK_STORE]	= "store",
	[LFVEC_STRESS_WORK_APPEND]	= "append",
};

static struct row rows[] = {
	{ "lfvec", LFVEC_STRESS_LFVEC, 0, { 0 } },
	{ "overwrite", LFVEC_STRESS_LFVEC, LFVEC_STRESS_OVERWRITE, { 0 } },
	{ "append-only", LFVEC_STRESS_LFVEC, LFVEC_STRESS_APPEND_ONLY, { 0 } },
	{ "both", LFVEC_STRESS_LFVEC,
	  LFVEC_STRESS_OVERWRITE | LFVEC_STRESS_APPEND_ONLY, { 0 } },
	{ "published", LFVEC_STRESS_PUBLISHED, 0, { 0 } },
	{ "spinlock", LFVEC_STRESS_SPINLOCK, 0, { 0 } },
};

#define ROW_LFVEC	0
#define ROW_PUBLISHED	4

static double cost_one(int fd, const struct row *row, u32 work, u32 esize,
		       u32 ops)
{
	struct lfvec_stress_cost arg = {
		.impl = row->impl, .form = row->form, .work = work,
		.esize = esize, .ops = ops,
	};
	int err = dev_call(fd, LFVEC_STRESS_MEASURE, &arg);

	if (err == -EOPNOTSUPP)
		return -1;
	if (err)
		die(dev_exit_code(-err), "cost of %s: %s", row->name,
		    strerror(-err));
	return (double)arg.elapsed / arg.ops;
}

static void cost_print(const char *unit)
{
	u32 i, w;

	printf("cost of one operation, alone on one CPU, loop included, in %s\n\n  %-11s",
	       unit, "");
	for (w = 0; w < LFVEC_STRESS_WORKS; w++)
		printf(" %9s", work_names[w]);
	printf("\n");
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		printf("  %-11s", rows[i].name);
		for (w = 0; w < LFVEC_STRESS_WORKS; w++) {
			if (rows[i].cost[w] < 0)
				printf(" %9s", "-");
			else
				printf(" %9.1f", rows[i].cost[w]);
		}
		printf("\n");
	}
	printf("\n  push/pop: the published form takes %.1f times as much as lfvec\n",
	       rows[ROW_PUBLISHED].cost[LFVEC_STRESS_WORK_PUSHPOP] /
	       rows[ROW_LFVEC].cost[LFVEC_STRESS_WORK_PUSHPOP]);
}

static void cost_json(const char *unit, u32 ops)
{
	u32 i, w;

	json_open("cost", '{');
	json_str("unit", unit);
	json_u64("operations", ops);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		json_open(rows[i].name, '{');
		for (w = 0; w < LFVEC_STRESS_WORKS; w++)
			if (rows[i].cost[w] >= 0)
				json_fixed(work_names[w], rows[i].cost[w]);
		json_close('}');
	}
	json_close('}');
}

void cost_all(int fd, u32 esize, u32 ops, const char *unit, bool json)
{
	u32 i, w;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		for (w = 0; w < LFVEC_STRESS_WORKS; w++)
			rows[i].cost[w] = cost_one(fd, &rows[i], w, esize, ops);
	if (json)
		cost_json(unit, ops);
	else
		cost_print(unit);
}
