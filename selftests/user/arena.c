// SPDX-License-Identifier: GPL-2.0
/*
 * Memory for the scheduler's build, see arena.h
 *
 * What is freed is the next one of its size to be allocated again. Which one that is
 * depends on who came before, so allocating and freeing are accesses that the
 * scheduler knows of.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/kernel.h>

#include "arena.h"
#include "order.h"
#include "scheduler.h"

#define POISON		0x6b
#define OBJECTS_MAX	2048
#define ALIGN_MOST	64UL

struct object {
	unsigned int	start;		/* in units */
	unsigned int	size;
	int		freed;		/* when */
	bool		live;
};

static unsigned char memory[ARENA_UNITS * ARENA_UNIT] __aligned(4096);
static short owner[ARENA_UNITS];	/* which object, plus 1 */
static struct object objects[OBJECTS_MAX];
static unsigned int nr_objects, used;
static unsigned int marked_objects, marked_used;

unsigned long arena_unit(const void *addr)
{
	unsigned long at = (unsigned long)addr - (unsigned long)memory;

	return at < sizeof(memory) ? at / ARENA_UNIT : ARENA_UNITS;
}

bool arena_live(unsigned long unit)
{
	return owner[unit] && objects[owner[unit] - 1].live;
}

static int arena_new(unsigned int size)
{
	struct object *o = &objects[nr_objects];
	unsigned int i;

	if (nr_objects == OBJECTS_MAX || used + size > ARENA_UNITS) {
		fprintf(stderr, "the arena is too small\n");
		exit(3);
	}
	o->start = used;
	o->size = size;
	used = ALIGN(used + size, ALIGN_MOST / ARENA_UNIT);
	nr_objects++;
	for (i = 0; i < size; i++)
		owner[o->start + i] = nr_objects;
	return nr_objects - 1;
}

/* The one of this size that was freed last, or -1. */
static int arena_again(unsigned int size)
{
	int i, newest = -1;

	for (i = marked_objects; i < (int)nr_objects; i++)
		if (!objects[i].live && objects[i].size == size &&
		    (newest < 0 || objects[i].freed > objects[newest].freed))
			newest = i;
	return newest;
}

void *arena_alloc(size_t align, size_t size)
{
	unsigned int units = ALIGN(size, max(align, 16UL)) / ARENA_UNIT;
	int i;

	if (align > ALIGN_MOST) {
		fprintf(stderr, "no such alignment: %zu\n", align);
		exit(3);
	}
	sched_memory();
	i = arena_again(units);
	if (i < 0)
		i = arena_new(units);
	objects[i].live = true;
	order_fresh(objects[i].start, units);
	return memory + objects[i].start * ARENA_UNIT;
}

/* Which was freed last is told by a number. */
static int frees;

void arena_free(void *ptr)
{
	unsigned long unit = arena_unit(ptr);
	struct object *o;

	if (unit == ARENA_UNITS || !arena_live(unit) ||
	    objects[owner[unit] - 1].start != unit)
		sched_fail("something is freed that is not allocated");
	o = &objects[owner[unit] - 1];
	sched_memory();
	order_freed(o->start, o->size);
	o->live = false;
	o->freed = ++frees;
	memset(ptr, POISON, o->size * ARENA_UNIT);
}

void arena_mark(void)
{
	marked_objects = nr_objects;
	marked_used = used;
}

void arena_reset(void)
{
	memset(&owner[marked_used], 0, (used - marked_used) * sizeof(owner[0]));
	nr_objects = marked_objects;
	used = marked_used;
	frees = 0;
}

const char *arena_name(const void *addr)
{
	unsigned long unit = arena_unit(addr);
	static char name[64];
	const struct object *o;

	if (unit == ARENA_UNITS || !owner[unit])
		return "";
	o = &objects[owner[unit] - 1];
	snprintf(name, sizeof(name), "object %d+%lu", owner[unit] - 1 - marked_objects,
		 (unsigned long)addr - (unsigned long)memory - o->start * ARENA_UNIT);
	return name;
}
