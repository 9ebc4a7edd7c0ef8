/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the programs that let threads loose on something have in common
 */
#ifndef _LOAD_H
#define _LOAD_H

#include <linux/types.h>

/* Seconds. */
double load_now(void);

/* When alarm() has it so, nothing moves any more: say it, and exit with 1. */
void load_watchdog(void);

/* In the middle of an operation. */
void load_pause(void);

/*
 * Steps until something is to happen: on average 1 in @yield, in @irq; 0 if never.
 * Then whether it is an interruption.
 */
unsigned long load_steps(unsigned long yield, unsigned long irq);
bool load_is_irq(unsigned long yield, unsigned long irq);

/* False if it is not a number up to @most. */
bool load_number(const char *text, unsigned long most, unsigned long *nr);

#endif /* _LOAD_H */
