// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec - drive lock-free vectors in the kernel, to test and to measure
 */
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

const struct command *command;
int interrupted;

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
	fprintf(stderr, "\nTry 'lfvec %s --help'.\n",
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

static void print_commands(void)
{
	size_t i;

	printf("lfvec COMMAND [ARGUMENT...]\n"
	       "    drive lock-free vectors in the kernel, to test and to measure\n\n");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].what);
	printf("\nlfvec COMMAND --help says more.\n\n"
	       "Exit codes: 0 clean, 1 a check failed or the answer is no, 2 usage,\n"
	       "3 out of resources, 4 not available (no module, no permission).\n");
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

int main(int argc, char **argv)
{
	size_t i;

	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "help")) {
		print_commands();
		return argc < 2 ? EXIT_USAGE : EXIT_CLEAN;
	}
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		command = &commands[i];
		return command->fn(argc - 1, argv + 1);
	}
	fprintf(stderr, "lfvec: %s: no such command\nTry 'lfvec --help'.\n",
		argv[1]);
	return EXIT_USAGE;
}
