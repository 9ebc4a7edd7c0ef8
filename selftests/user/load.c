// SPDX-License-Identifier: GPL-2.0
/*
 * What the programs that let threads loose on something have in common
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <linux/kernel.h>
#include <linux/processor.h>

#include "load.h"

double load_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void hang(int signal)
{
	static const char text[] = "not ok - nothing moves any more\n";

	if (write(STDOUT_FILENO, text, sizeof(text) - 1))
		_exit(1);
}

void load_watchdog(void)
{
	signal(SIGALRM, hang);
}

void load_pause(void)
{
	unsigned long die = step_random() % 64, i;

	if (!die) {
		usleep(1 + step_random() % 50);
	} else if (die < 16) {
		for (i = step_random() % 256; i; i--)
			cpu_relax();
	} else {
		sched_yield();
	}
}

unsigned long load_steps(unsigned long yield, unsigned long irq)
{
	unsigned long mean = yield + irq;

	if (yield && irq)
		mean = 1 + yield * irq / mean;
	return mean ? 1 + step_random() % (2 * mean) : 0;
}

bool load_is_irq(unsigned long yield, unsigned long irq)
{
	if (irq && yield)
		return step_random() % (irq + yield) < yield;
	return irq;
}

bool load_number(const char *text, unsigned long most, unsigned long *nr)
{
	char *end;

	*nr = strtoul(text, &end, 0);
	return end != text && !*end && *text != '-' && *nr <= most;
}
