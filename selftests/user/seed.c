// SPDX-License-Identifier: GPL-2.0
/*
 * Executions that can be had again, see seed.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/kernel.h>

#include "arena.h"
#include "program.h"
#include "seed.h"

static unsigned char choices[ORDER_EVENTS];
static unsigned int nr_choices;

int seed_decide(unsigned long enabled)
{
	unsigned int nr = order_nr ? order_trace[order_nr - 1].thread : 0;

	if (!enabled)
		return -1;
	return enabled & BIT(nr) ? nr : __builtin_ctzl(enabled);
}

void seed_print(void)
{
	unsigned int i, nr = 0;

	printf("# seed: ");
	for (i = 0; i < order_nr; i++) {
		nr++;
		if (i + 1 < order_nr &&
		    order_trace[i + 1].thread == order_trace[i].thread)
			continue;
		printf("%c%u", 'a' + order_trace[i].thread, nr);
		nr = 0;
	}
	printf("\n");
}

static bool parse_seed(const char *text)
{
	unsigned int thread;
	unsigned long nr;
	char *end;

	nr_choices = 0;
	for (; *text; text = end) {
		thread = *text++ - 'a';
		nr = strtoul(text, &end, 10);
		if (thread >= ORDER_THREADS || end == text ||
		    nr >= ORDER_EVENTS - nr_choices)
			return false;
		while (nr--)
			choices[nr_choices++] = thread;
	}
	return true;
}

static int choose(unsigned long enabled)
{
	if (order_nr < nr_choices && enabled & BIT(choices[order_nr]))
		return choices[order_nr];
	return seed_decide(enabled);
}

/* The line of the source that did it, if there is something that knows it. */
static void print_line(const void *from)
{
	char command[256], line[256] = "";
	const char *inlined = "(inlined by) ", *at;
	FILE *pipe;

	if (!from)
		return;
	snprintf(command, sizeof(command),
		 "addr2line -i -s -f -p -e /proc/%d/exe %#lx 2>/dev/null",
		 getpid(), (unsigned long)from - 1);
	pipe = popen(command, "r");
	if (!pipe)
		return;
	/* the last of what was inlined into each other, but for the stubs */
	while (fgets(line, sizeof(line), pipe)) {
		line[strcspn(line, "\n")] = 0;
		if (!strstr(line, "atomic.h") && !strstr(line, "llist.h"))
			break;
	}
	at = strstr(line, inlined);
	printf("  %s", at ? at + strlen(inlined) : line);
	pclose(pipe);
}

static void print_trace(void)
{
	const struct order_event *e;

	for (e = order_trace; e < order_trace + order_nr; e++) {
		printf("# %4ld %c %s %s", (long)(e - order_trace), 'a' + e->thread,
		       e->what, e->addr ? arena_name(e->addr) : "");
		print_line(e->from);
		printf("\n");
	}
}

const char *seed_run(const char *seed, const char *program)
{
	static const struct sched_driver driver = { .choose = choose };
	static struct program p;
	enum sched_end end;
	const char *wrong;

	wrong = program_parse(&p, program);
	if (!wrong && !parse_seed(seed))
		wrong = "no such seed";
	if (wrong)
		return wrong;
	wrong = program_run(&p, &driver, false, &end);
	print_trace();
	program_print();
	return wrong;
}
