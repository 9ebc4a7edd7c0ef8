/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What came before what in an execution: the trace of its events, with vector clocks
 */
#ifndef _ORDER_H
#define _ORDER_H

#include <stdbool.h>
#include <linux/types.h>

#include "arena.h"

#define ORDER_THREADS	16
#define ORDER_EVENTS	4096

/* Two adds commute, and two reads; whatever else meets at one place does not. */
enum order_kind { ORDER_LOCAL, ORDER_READ, ORDER_ADD, ORDER_WRITE };

/* Places that are not in memory. */
enum order_place {
	ORDER_RCU = ARENA_UNITS,	/* who reads, when a callback is queued */
	ORDER_HEAP,			/* objects that are free */
	ORDER_PLACES
};

struct order_op {
	u32		place;
	enum order_kind	kind;
};

struct order_clock {
	u16	at[ORDER_THREADS];
};

/*
 * @nr:	   of its thread
 * @clock: the last event of each thread that comes before it, or is it
 * @what:  and @from, for who prints it
 */
struct order_event {
	unsigned int		thread;
	unsigned int		nr;
	struct order_op		op;
	struct order_clock	clock;
	const char		*what;
	const void		*from;
	const void		*addr;
};

extern struct order_event order_trace[ORDER_EVENTS];
extern unsigned int order_nr;

/* Called for each pair of events that could have happened in the other order. */
extern void (*order_race)(unsigned int earlier, unsigned int later);

void order_begin(void);

/* @thread comes after all in @clock. */
void order_after(unsigned int thread, const struct order_clock *clock);
void order_join(struct order_clock *clock, const struct order_clock *other);

/* All that @thread has done until now, and no more. */
const struct order_clock *order_now(unsigned int thread);

/* Something happened. @order_trace has it, without op and clock. */
void order_event(unsigned int thread, struct order_op op);

/* The event @nr of @thread, as an index of the trace. */
unsigned int order_index(unsigned int thread, unsigned int nr);

/* Executions with the same order have the same one, and hardly any others. */
u64 order_hash(void);

/* Must the event with index @a come before, or is it, the one with index @b? */
bool order_before(unsigned int a, unsigned int b);

static inline bool order_conflict(struct order_op a, struct order_op b)
{
	return a.place == b.place && a.kind && b.kind &&
	       (a.kind != b.kind || a.kind == ORDER_WRITE);
}

/* An access to memory that is no event, but must be ordered by them. */
void order_plain(unsigned int thread, unsigned long unit, unsigned int units,
		 bool write);

/* Objects come and go. */
void order_fresh(unsigned long unit, unsigned int units);
void order_freed(unsigned long unit, unsigned int units);

#endif /* _ORDER_H */
