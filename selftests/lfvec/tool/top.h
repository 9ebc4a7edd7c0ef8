/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside lfvec top
 */
#ifndef LFVEC_TOP_H
#define LFVEC_TOP_H

#include "log.h"

#define TOP_COUNTERS	6
#define TOP_TRAIL	60	/* intervals */

/* The rates of the last intervals, the newest one last. */
struct top_trail {
	double	rate[TOP_TRAIL];
	u32	nr;
};

/*
 * struct top_item - a vector or a log
 *
 * @now, @before: counters, by the names in top_columns
 * @seen:	  in this sample; else it is gone
 * @trail:	  of what was written: pushes, pops and stores, or records
 */
struct top_item {
	bool	is_log;
	bool	seen;
	char	name[LFVEC_LOG_NAME_MAX];
	u64	now[TOP_COUNTERS];
	u64	before[TOP_COUNTERS];
	double	rate[TOP_COUNTERS];
	u64	size;
	u64	room;
	u64	memory;
	u32	level;
	u32	readers;
	struct top_trail trail;
};

struct top {
	struct top_item	*item;
	u32		nr;
	u32		refused;	/* logs that may not be read */
	u64		time;		/* of the sample, in ns */
	u64		interval;
	u64		iterations;	/* 0: until interrupted */
	struct top_trail all[2];	/* vectors, logs */
};

struct top_columns {
	const char	*name[TOP_COUNTERS];
	u32		trailed;	/* so many counters make up the trail */
};

extern const struct top_columns top_columns[2];

/* top_sample.c */
void top_sample(struct top *t);
u64 top_clock(void);

/* top_draw.c */
void top_draw(FILE *out, const struct top *t);

/* top_screen.c */
bool screen_open(void);
void screen_show(const char *text);
bool screen_wait(u64 ns);

#endif /* LFVEC_TOP_H */
