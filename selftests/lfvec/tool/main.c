// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec - drive lock-free vectors in the kernel, to test and to measure; read logs
 */
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

const struct command *command;
static int interrupted;		/* by a signal */

static const struct command commands[] = {
	{ "run", "[OPTION...]",
	  "let kernel threads loose on a vector, and check", cmd_run, run_help },
	{ "drive", "[OPTION...]",
	  "let processes loose on a vector, and check", cmd_drive, drive_help },
	{ "info", "", "what the module offers", cmd_info, NULL },
	{ "stat", "[NAME...]", "counters and memory of vectors", cmd_stat, NULL },
	{ "create", "NAME [OPTION...]", "make a vector", cmd_create,
	  create_help },
	{ "drop", "NAME", "take its name away", cmd_drop, NULL },
	{ "push", "NAME VALUE...", "append elements", cmd_push, value_help },
	{ "pop", "NAME [N]", "remove elements from the end", cmd_pop, value_help },
	{ "load", "NAME INDEX", "print an element", cmd_load, value_help },
	{ "peek", "NAME", "print the last element", cmd_peek, value_help },
	{ "store", "NAME INDEX VALUE", "replace an element", cmd_store,
	  value_help },
	{ "xchg", "NAME INDEX VALUE", "replace an element, print the former",
	  cmd_xchg, value_help },
	{ "cmpxchg", "NAME INDEX OLD NEW", "replace an element if it is OLD",
	  cmd_cmpxchg, value_help },
	{ "truncate", "NAME SIZE", "drop elements from an index upwards",
	  cmd_truncate, NULL },
	{ "clear", "NAME", "drop all elements", cmd_clear, NULL },
	{ "size", "NAME", "how many elements there are", cmd_size, NULL },
	{ "oldest", "NAME", "the first index that there is", cmd_oldest, NULL },
	{ "shrink", "NAME", "free what it does not need, print how many bytes",
	  cmd_shrink, NULL },
	{ "reserve", "NAME N", "have memory for N pushes", cmd_reserve, NULL },
	{ "check", "[OPTION...] FILE...",
	  "is there an order that explains a history?", cmd_check, check_help },
	{ "storm", "NAME [OPTION...]",
	  "write to a log from everywhere at once, and check", cmd_storm,
	  storm_help },
	{ "bench", "[OPTION...]",
	  "what an operation costs, here and elsewhere in the kernel", cmd_bench,
	  bench_help },
	{ "logcost", "[OPTION...]", "what one record costs, in logs of all kinds",
	  cmd_logcost, logcost_help },
	{ "log", "COMMAND [ARGUMENT...]", "read and steer the logs of subsystems",
	  cmd_log, NULL },
};

static const struct command_set all = {
	"lfvec",
	"drive lock-free vectors in the kernel, to test and to measure; read logs",
	commands, ARRAY_SIZE(commands),
};

void die(int code, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "lfvec: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(code);
}

void usage(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "lfvec: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nTry 'lfvec%s%s --help'.\n", command ? " " : "",
		command ? command->name : "");
	exit(EXIT_USAGE);
}

void help_command(void)
{
	printf("lfvec %s %s\n    %s\n", command->name, command->args,
	       command->what);
	if (command->help)
		printf("\n%s", command->help);
	exit(EXIT_CLEAN);
}

static void print_commands(const struct command_set *set)
{
	size_t i;

	printf("%s COMMAND [ARGUMENT...]\n    %s\n\n", set->name, set->what);
	for (i = 0; i < set->nr; i++)
		printf("  %-10s %s\n", set->commands[i].name,
		       set->commands[i].what);
	printf("\n%s COMMAND --help says more.\n\n"
	       "Exit codes: 0 clean, 1 a check failed or the answer is no, 2 usage,\n"
	       "3 out of resources, 4 not available (no module, no permission).\n",
	       set->name);
}

/* A command of a command is called "log show", and chosen by "show". */
static bool is_called(const struct command *c, const char *name)
{
	const char *space = strrchr(c->name, ' ');

	return !strcmp(name, space ? space + 1 : c->name);
}

/* Run the command of @set that argv[1] names. */
int run_command(const struct command_set *set, int argc, char **argv)
{
	size_t i;

	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "help")) {
		print_commands(set);
		return argc < 2 ? EXIT_USAGE : EXIT_CLEAN;
	}
	for (i = 0; i < set->nr; i++) {
		if (!is_called(&set->commands[i], argv[1]))
			continue;
		command = &set->commands[i];
		return command->fn(argc - 1, argv + 1);
	}
	usage("%s: no such command", argv[1]);
}

static void on_signal(int sig)
{
	(void)sig;
	__atomic_store_n(&interrupted, 1, __ATOMIC_RELAXED);
}

/* SIGINT and SIGTERM end what is going on, with its result. */
void catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

bool was_interrupted(void)
{
	return __atomic_load_n(&interrupted, __ATOMIC_RELAXED);
}

int main(int argc, char **argv)
{
	return run_command(&all, argc, argv);
}
