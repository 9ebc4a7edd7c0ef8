/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between any two steps of the library a test may do as it likes: yield, or
 * have the operation interrupted by another one. A step is lfvec_step() and
 * each access to shared memory that goes through the stub headers.
 */
#ifndef _STEP_H
#define _STEP_H

/* Once this many steps are taken, step_hook() is called; 0: never. */
extern __thread unsigned long step_left;
extern __thread void (*step_hook)(void);

static inline void step(void)
{
#ifdef STUB_CHECKS
	if (step_left && !--step_left)
		step_hook();
#endif
}

#define lfvec_step()	step()

/* A die for each thread. */
void step_seed(unsigned long seed);
unsigned long step_random(void);

#endif /* _STEP_H */
