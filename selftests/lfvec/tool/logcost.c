// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec logcost - what one record costs, in logs of all kinds
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

const struct opt logcost_opts[] = {
	OPT('o', "ops", "N", "records of each kind (default 100k)"),
	OPT('u', "unit", "NAME", "what the clock counts (default ns)"),
	OPT_END
};

const char logcost_more[] =
	"Lines go to printk at debug level: let no console print that.\n";

enum column {
	COLUMN_BIN,
	COLUMN_RESERVE,
	COLUMN_LINE,
	COLUMN_LESS,	/* line, less what formatting it costs */
	COLUMNS,
};

static const char * const column_names[COLUMNS] = {
	[COLUMN_BIN]		= "binary 64",
	[COLUMN_RESERVE]	= "reserve/commit 64",
	[COLUMN_LINE]		= "line",
	[COLUMN_LESS]		= "line less formatting",
};

#define NOTHING	-1

/* What there is to measure, and what it costs; negative: not to be had. */
struct row {
	const char	*name;
	int		work[COLUMN_LESS];
	double		cost[COLUMNS];
};

enum { ROW_LOG, ROW_RING, ROW_KFIFO, ROW_TRACE, ROW_PRINTK, ROW_FORMAT, ROW_CLOCK };

static struct row rows[] = {
	[ROW_LOG] = { "lfvec_log", {
		LFVEC_STRESS_LOGCOST_BIN, LFVEC_STRESS_LOGCOST_RESERVE,
		LFVEC_STRESS_LOGCOST_LINE }, { 0 } },
	[ROW_RING] = { "ftrace ring buffer", {
		LFVEC_STRESS_LOGCOST_RING_BIN, LFVEC_STRESS_LOGCOST_RING_RESERVE,
		NOTHING }, { 0 } },
	[ROW_KFIFO] = { "spinlock + kfifo", {
		LFVEC_STRESS_LOGCOST_KFIFO_BIN, NOTHING,
		LFVEC_STRESS_LOGCOST_KFIFO_LINE }, { 0 } },
	[ROW_TRACE] = { "trace_array_printk", {
		NOTHING, NOTHING, LFVEC_STRESS_LOGCOST_TRACE_LINE }, { 0 } },
	[ROW_PRINTK] = { "printk", {
		NOTHING, NOTHING, LFVEC_STRESS_LOGCOST_PRINTK_LINE }, { 0 } },
	[ROW_FORMAT] = { "formatting alone", {
		NOTHING, NOTHING, LFVEC_STRESS_LOGCOST_FORMAT_LINE }, { 0 } },
	[ROW_CLOCK] = { "the clock alone", {
		LFVEC_STRESS_LOGCOST_CLOCK, NOTHING, NOTHING }, { 0 } },
};

struct logcost {
	u32		ops;
	const char	*unit;
	bool		json;
};

static void logcost_options(struct logcost *c, int argc, char **argv)
{
	int opt;

	while ((opt = next_option(argc, argv)) != -1) {
		switch (opt) {
		case 'j':
			c->json = true;
			break;
		case 'o':
			c->ops = parse_count("ops", optarg,
					     LFVEC_STRESS_COST_MAX);
			break;
		case 'u':
			c->unit = optarg;
			break;
		default:
			usage("bad option");
		}
	}
	rest_of(argc, argv, 0, 0);
	if (!c->ops)
		usage("ops: at least one");
}

static double logcost_one(int fd, const struct row *row, int work, u32 ops)
{
	struct lfvec_stress_log_cost arg = { .work = work, .ops = ops };
	int err;

	if (work == NOTHING)
		return -1;
	err = dev_call(fd, LFVEC_STRESS_LOG_COST, &arg);
	if (err == -EOPNOTSUPP)
		return -1;
	if (err)
		die(dev_exit_code(-err), "cost of %s: %s", row->name,
		    strerror(-err));
	return (double)arg.elapsed / arg.ops;
}

static void logcost_measure(int fd, u32 ops)
{
	struct row *row;
	double format;
	u32 i;

	for (row = rows; row < rows + ARRAY_SIZE(rows); row++)
		for (i = 0; i < COLUMN_LESS; i++)
			row->cost[i] = logcost_one(fd, row, row->work[i], ops);
	format = rows[ROW_FORMAT].cost[COLUMN_LINE];
	for (row = rows; row < rows + ARRAY_SIZE(rows); row++)
		row->cost[COLUMN_LESS] = row->cost[COLUMN_LINE] < 0 ||
					 row == &rows[ROW_FORMAT] ? -1 :
					 row->cost[COLUMN_LINE] - format;
}

/* Wide enough for its name and for a number. */
static int column_width(enum column column)
{
	int width = strlen(column_names[column]);

	return width > 9 ? width : 9;
}

/* How much of @peer's cost is ours? */
static void logcost_compare(enum column column, u32 peer)
{
	double ours = rows[ROW_LOG].cost[column];
	double theirs = rows[peer].cost[column];

	if (theirs <= 0)
		return;
	printf("  %s: lfvec_log takes %.0f %% of %s\n", column_names[column],
	       ours * 100 / theirs, rows[peer].name);
}

static void logcost_print(const struct logcost *c)
{
	const struct row *row;
	u32 i;

	printf("cost of one record into a full log that overwrites, alone on one CPU,\n"
	       "loop included, in %s\n\n  %-18s", c->unit, "");
	for (i = 0; i < COLUMNS; i++)
		printf("  %*s", column_width(i), column_names[i]);
	printf("\n");
	for (row = rows; row < rows + ARRAY_SIZE(rows); row++) {
		printf("  %-18s", row->name);
		for (i = 0; i < COLUMNS; i++) {
			if (row->cost[i] < 0)
				printf("  %*s", column_width(i), "-");
			else
				printf("  %*.1f", column_width(i), row->cost[i]);
		}
		printf("\n");
	}
	printf("\n");
	logcost_compare(COLUMN_BIN, ROW_RING);
	logcost_compare(COLUMN_RESERVE, ROW_RING);
	logcost_compare(COLUMN_LESS, ROW_PRINTK);
}

static void logcost_json(const struct logcost *c)
{
	const struct row *row;
	u32 i;

	json_open(NULL, '{');
	json_str("command", "logcost");
	json_str("unit", c->unit);
	json_u64("operations", c->ops);
	for (row = rows; row < rows + ARRAY_SIZE(rows); row++) {
		json_open(row->name, '{');
		for (i = 0; i < COLUMNS; i++)
			if (row->cost[i] >= 0)
				json_fixed(column_names[i], row->cost[i]);
		json_close('}');
	}
	json_close('}');
	printf("\n");
}

int cmd_logcost(int argc, char **argv)
{
	struct logcost c = { .ops = 100000, .unit = "ns" };
	int fd;

	logcost_options(&c, argc, argv);
	fd = dev_open();
	if (just_say("write %u records of each kind to logs of all kinds", c.ops))
		return EXIT_CLEAN;
	logcost_measure(fd, c.ops);
	if (c.json)
		logcost_json(&c);
	else
		logcost_print(&c);
	close(fd);
	return EXIT_CLEAN;
}
