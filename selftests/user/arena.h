/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory for the scheduler's build: the same addresses in each execution, reused at
 * once when freed, and known to be allocated or not
 */
#ifndef _ARENA_H
#define _ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/bitops.h>

/* What accesses are told apart by: 4 bytes. */
#define ARENA_UNIT	4UL
#define ARENA_UNITS	BIT(17)

void *arena_alloc(size_t align, size_t size);
void arena_free(void *object);

/* From now on a reset goes back to here. */
void arena_mark(void);
void arena_reset(void);

/* The unit that @addr is in, or ARENA_UNITS if it is not in the arena. */
unsigned long arena_unit(const void *addr);

/* Whether what is there is allocated. */
bool arena_live(unsigned long unit);

/* Name an address: the object that it is in, and how far in. */
const char *arena_name(const void *addr);

#endif /* _ARENA_H */
