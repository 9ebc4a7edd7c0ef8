/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A seed says which thread took how many steps, one after another: what is decided
 * in an execution, so that it can be had again
 */
#ifndef _SEED_H
#define _SEED_H

/* The same thread as before, if possible; or else the first. None: -1 */
int seed_decide(unsigned long enabled);

/* That of the last execution. */
void seed_print(void);

/* Run @program with it, and print each step. Returns what is wrong, or NULL. */
const char *seed_run(const char *seed, const char *program);

#endif /* _SEED_H */
