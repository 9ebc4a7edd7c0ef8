/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Small programs for the scheduler: what several threads do to a vector
 */
#ifndef _PROGRAM_H
#define _PROGRAM_H

#include <linux/lfvec.h>

#include "model.h"
#include "scheduler.h"

#define PROGRAM_OPS	10	/* of a thread */
#define PROGRAM_INIT	8

struct program_thread {
	int		on;	/* which thread it interrupts, or -1 */
	unsigned int	nr;
	struct record	ops[PROGRAM_OPS];
};

/*
 * @bytes: if not 0, it is a struct lfvec_sized of so many
 * @chunk: nodes that are moved at once
 * @stock: whether each CPU has as many to begin with
 * @nodes: how many there are in the depot
 * @gfp:   how memory may be had
 * @init:  what is in the vector at first
 */
struct program {
	struct lfvec_attr	attr;
	unsigned long		bytes;
	unsigned int		chunk;
	bool			stock;
	unsigned int		nodes;
	gfp_t			gfp;
	unsigned int		nr_init;
	u8			init[PROGRAM_INIT];
	unsigned int		nr_threads;
	struct program_thread	threads[SCHED_PROGRAM];
};

extern const char program_usage[];

/* Once, before all. */
void program_begin(void);

/* Returns what is wrong with @text, or NULL. */
const char *program_parse(struct program *p, const char *text);

/*
 * Run it once. If it was not stopped, returns NULL, or what is wrong with it. If
 * @exact, only the order in which it happened is checked, or else all orders that
 * come to the same.
 */
const char *program_run(const struct program *p, const struct sched_driver *driver,
			bool exact, enum sched_end *end);

/* The program that was run the last time, as text; and what has come of it. */
void program_print_text(void);
void program_print(void);

/* Forget which histories have been seen to be right; returns how many there were. */
unsigned long program_forget(void);

#endif /* _PROGRAM_H */
