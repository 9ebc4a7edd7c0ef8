// SPDX-License-Identifier: GPL-2.0
/*
 * What came before what in an execution, see order.h
 *
 * Events of one thread are ordered, and so are those of two threads that conflict,
 * in the order in which they happened; one may also come after another because that
 * enabled it. All executions with the same order of these are one and the same.
 *
 * Accesses that are not events are checked to be ordered by events: if two of them
 * conflict and are not, this is a data race, and the execution fails.
 */
#include <string.h>
#include <linux/kernel.h>

#include "order.h"
#include "scheduler.h"
#include "seen.h"

#define NONE	(-1)

/* What happened at a place: the last events and plain accesses that still matter. */
struct place {
	unsigned int	run;
	short		write;
	short		read[ORDER_THREADS];
	short		add[ORDER_THREADS];
	u16		plain_write;		/* when, on whose clock */
	u8		plain_writer;
	u16		plain_read[ORDER_THREADS];
};

struct order_event order_trace[ORDER_EVENTS];
unsigned int order_nr;
void (*order_race)(unsigned int earlier, unsigned int later);

static struct place places[ORDER_PLACES];
static struct order_clock now[ORDER_THREADS];
static u16 indices[ORDER_THREADS][ORDER_EVENTS];
static unsigned int run;

void order_begin(void)
{
	run++;
	order_nr = 0;
	memset(now, 0, sizeof(now));
}

static struct place *place_at(unsigned long nr)
{
	struct place *p = &places[nr];

	if (p->run != run) {
		memset(p, 0, sizeof(*p));
		memset(p->read, NONE, sizeof(p->read));
		memset(p->add, NONE, sizeof(p->add));
		p->write = NONE;
		p->run = run;
	}
	return p;
}

void order_join(struct order_clock *clock, const struct order_clock *other)
{
	int i;

	for (i = 0; i < ORDER_THREADS; i++)
		clock->at[i] = max(clock->at[i], other->at[i]);
}

void order_after(unsigned int thread, const struct order_clock *clock)
{
	order_join(&now[thread], clock);
}

const struct order_clock *order_now(unsigned int thread)
{
	return &now[thread];
}

unsigned int order_index(unsigned int thread, unsigned int nr)
{
	return indices[thread][nr];
}

u64 order_hash(void)
{
	const struct order_event *e;
	u64 sum = 0, hash;
	int i;

	for (e = order_trace; e < order_trace + order_nr; e++) {
		hash = seen_mix(e->thread << 16 | e->nr, e->op.place * 4UL + e->op.kind);
		for (i = 0; i < ORDER_THREADS; i++)
			hash = seen_mix(hash, e->clock.at[i]);
		sum += hash;
	}
	return sum;
}

bool order_before(unsigned int a, unsigned int b)
{
	const struct order_event *e = &order_trace[a];

	return order_trace[b].clock.at[e->thread] >= e->nr;
}

/* Plain accesses come after the event before them, and are over with the next one. */
static bool plain_ordered(unsigned int thread, unsigned int other, unsigned int when)
{
	return !when || sched_same_cpu(thread, other) ||
	       now[thread].at[other] >= when;
}

static bool plain_writes_ordered(const struct place *p, unsigned int thread)
{
	return plain_ordered(thread, p->plain_writer, p->plain_write);
}

static bool plain_reads_ordered(const struct place *p, unsigned int thread)
{
	unsigned int t;

	for (t = 0; t < ORDER_THREADS; t++)
		if (!plain_ordered(thread, t, p->plain_read[t]))
			return false;
	return true;
}

static bool event_ordered(int event, unsigned int thread)
{
	return event < 0 || order_trace[event].thread == thread ||
	       now[thread].at[order_trace[event].thread] >= order_trace[event].nr;
}

static bool writes_ordered(const struct place *p, unsigned int thread)
{
	unsigned int t;

	for (t = 0; t < ORDER_THREADS; t++)
		if (!event_ordered(p->add[t], thread))
			return false;
	return event_ordered(p->write, thread) && plain_writes_ordered(p, thread);
}

static bool reads_ordered(const struct place *p, unsigned int thread)
{
	unsigned int t;

	for (t = 0; t < ORDER_THREADS; t++)
		if (!event_ordered(p->read[t], thread))
			return false;
	return plain_reads_ordered(p, thread);
}

void order_plain(unsigned int thread, unsigned long unit, unsigned int units,
		 bool write)
{
	struct place *p;

	while (units--) {
		p = place_at(unit++);
		if (!writes_ordered(p, thread) ||
		    (write && !reads_ordered(p, thread)))
			sched_fail("data race");
		if (write) {
			p->plain_write = now[thread].at[thread] + 1;
			p->plain_writer = thread;
		} else {
			p->plain_read[thread] = now[thread].at[thread] + 1;
		}
	}
}

void order_fresh(unsigned long unit, unsigned int units)
{
	while (units--)
		places[unit++].run = 0;
}

void order_freed(unsigned long unit, unsigned int units)
{
	unsigned int thread = sched_current();
	struct place *p;

	if (thread >= ORDER_THREADS)
		return;
	for (; units--; unit++) {
		p = place_at(unit);
		if (!writes_ordered(p, thread) || !reads_ordered(p, thread))
			sched_fail("something is freed while it is used");
	}
}

/* Events that conflict with an operation, the latest first. Returns how many. */
static unsigned int conflicts(const struct place *p, enum order_kind kind,
			      unsigned int thread, int *events)
{
	unsigned int nr = 0, t, i, k;
	int event;

	if (p->write >= 0)
		events[nr++] = p->write;
	for (t = 0; t < ORDER_THREADS; t++) {
		if (t == thread)
			continue;
		if (kind != ORDER_READ && p->read[t] >= 0)
			events[nr++] = p->read[t];
		if (kind != ORDER_ADD && p->add[t] >= 0)
			events[nr++] = p->add[t];
	}
	for (i = 1; i < nr; i++) {
		event = events[i];
		for (k = i; k && events[k - 1] < event; k--)
			events[k] = events[k - 1];
		events[k] = event;
	}
	return nr;
}

static void note(struct place *p, enum order_kind kind, unsigned int thread)
{
	switch (kind) {
	case ORDER_READ:
		p->read[thread] = order_nr;
		break;
	case ORDER_ADD:
		p->add[thread] = order_nr;
		break;
	default:
		memset(p->read, NONE, sizeof(p->read));
		memset(p->add, NONE, sizeof(p->add));
		p->write = order_nr;
	}
}

/* Those of @events that nothing comes between, and that are not before us anyway. */
static unsigned int immediate(unsigned int thread, int *events, unsigned int nr)
{
	struct order_clock *clock = &now[thread];
	unsigned int i, left = 0;

	for (i = 0; i < nr; i++) {
		const struct order_event *e = &order_trace[events[i]];

		if (e->thread == thread || clock->at[e->thread] >= e->nr)
			continue;
		order_join(clock, &e->clock);
		events[left++] = events[i];
	}
	return left;
}

static void check_plain(const struct place *p, struct order_op op, unsigned int thread)
{
	if (op.place >= ARENA_UNITS)
		return;
	if (!plain_writes_ordered(p, thread) ||
	    (op.kind != ORDER_READ && !plain_reads_ordered(p, thread)))
		sched_fail("data race");
}

void order_event(unsigned int thread, struct order_op op)
{
	struct order_event *e = &order_trace[order_nr];
	int events[2 * ORDER_THREADS + 1];
	unsigned int nr = 0, i;
	struct place *p;

	if (op.kind) {
		p = place_at(op.place);
		nr = conflicts(p, op.kind, thread, events);
		nr = immediate(thread, events, nr);
		check_plain(p, op, thread);
		note(p, op.kind, thread);
	}
	e->thread = thread;
	e->op = op;
	e->nr = ++now[thread].at[thread];
	e->clock = now[thread];
	indices[thread][e->nr] = order_nr++;
	for (i = 0; order_race && i < nr; i++)
		order_race(events[i], order_nr - 1);
}
