// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec run --cost: what one operation costs, alone on one CPU
 */
#include <errno.h>
#include <string.h>

#include "tool.h"

static const struct {
	const char	*name;
	u32		work;
} works[] = {
	{ "push", LFVEC_STRESS_WORK_PUSH }, { "pop", LFVEC_STRESS_WORK_POP },
	{ "push/pop", LFVEC_STRESS_WORK_PUSHPOP },
	{ "load", LFVEC_STRESS_WORK_LOAD }, { "store", LFVEC_STRESS_WORK_STORE },
	{ "append", LFVEC_STRESS_WORK_APPEND },
};

#define WORKS		ARRAY_SIZE(works)
#define PUSH_POP	2

struct row {
	const char	*name;
	u32		peer;
	double		cost[WORKS];	/* negative: not possible */
};

static struct row rows[] = {
	{ "lfvec", LFVEC_STRESS_PEER_LFVEC, { 0 } },
	{ "overwrite", LFVEC_STRESS_PEER_OVERWRITE, { 0 } },
	{ "append-only", LFVEC_STRESS_PEER_APPEND_ONLY, { 0 } },
	{ "both", LFVEC_STRESS_PEER_BOTH, { 0 } },
	{ "published", LFVEC_STRESS_PEER_PUBLISHED, { 0 } },
	{ "spinlock", LFVEC_STRESS_PEER_SPINLOCK, { 0 } },
};

#define ROW_LFVEC	0
#define ROW_PUBLISHED	4

/* As many elements as operations, which "lfvec bench" would take apart. */
static double cost_one(int fd, const struct row *row, u32 work, u32 esize,
		       u32 ops)
{
	struct lfvec_stress_bench arg = {
		.peer = row->peer, .work = works[work].work, .threads = 1,
		.esize = esize, .elems = ops, .ops = ops, .seed = 1,
	};
	int err = dev_call(fd, LFVEC_STRESS_BENCH, &arg);

	if (err == -EOPNOTSUPP)
		return -1;
	if (err)
		die(dev_exit_code(-err), "cost of %s: %s", row->name,
		    strerror(-err));
	return (double)arg.elapsed / arg.done;
}

static void cost_print(const char *unit)
{
	u32 i, w;

	printf("cost of one operation, alone on one CPU, loop included, in %s\n\n  %-11s",
	       unit, "");
	for (w = 0; w < WORKS; w++)
		printf(" %9s", works[w].name);
	printf("\n");
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		printf("  %-11s", rows[i].name);
		for (w = 0; w < WORKS; w++) {
			if (rows[i].cost[w] < 0)
				printf(" %9s", "-");
			else
				printf(" %9.1f", rows[i].cost[w]);
		}
		printf("\n");
	}
	printf("\n  push/pop: the published form takes %.1f times as much as lfvec\n",
	       rows[ROW_PUBLISHED].cost[PUSH_POP] /
	       rows[ROW_LFVEC].cost[PUSH_POP]);
}

static void cost_json(const char *unit, u32 ops)
{
	u32 i, w;

	json_open("cost", '{');
	json_str("unit", unit);
	json_u64("operations", ops);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		json_open(rows[i].name, '{');
		for (w = 0; w < WORKS; w++)
			if (rows[i].cost[w] >= 0)
				json_fixed(works[w].name, rows[i].cost[w]);
		json_close('}');
	}
	json_close('}');
}

void cost_all(int fd, u32 esize, u32 ops, const char *unit, bool json)
{
	u32 i, w;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		for (w = 0; w < WORKS; w++)
			rows[i].cost[w] = cost_one(fd, &rows[i], w, esize, ops);
	if (json)
		cost_json(unit, ops);
	else
		cost_print(unit);
}
