// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec - test and measure lock-free vectors in the kernel; read logs
 */
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

const struct command *command;
static int interrupted;		/* by a signal */

static const struct command commands[] = {
	{ .name = "run", .args = "[OPTION...]", .fn = cmd_run,
	  .what = "let kernel threads loose on a vector, and check",
	  .opts = { run_opts, load_opts, dry_opts }, .more = run_more },
	{ .name = "drive", .args = "[OPTION...]", .fn = cmd_drive,
	  .what = "let processes loose on a vector, and check",
	  .opts = { drive_opts, load_opts, dry_opts } },
	{ .name = "top", .args = "[OPTION...]", .fn = cmd_top,
	  .what = "watch vectors and logs: rates, retries, memory",
	  .opts = { top_opts }, .more = top_more },
	{ .name = "info", .args = "", .fn = cmd_info,
	  .what = "what the module offers",
	  .opts = { json_opts } },
	{ .name = "stat", .args = "[VECTOR...]", .fn = cmd_stat,
	  .what = "counters and memory of vectors",
	  .opts = { json_opts } },
	{ .name = "create", .args = "NAME [OPTION...]", .fn = cmd_create,
	  .what = "make a vector",
	  .opts = { create_opts, dry_opts } },
	{ .name = "drop", .args = "VECTOR", .fn = cmd_drop,
	  .what = "take its name away",
	  .opts = { dry_opts } },
	{ .name = "push", .args = "VECTOR VALUE...", .fn = cmd_push,
	  .what = "append elements",
	  .opts = { push_opts, value_opts, dry_opts }, .more = value_more },
	{ .name = "pop", .args = "VECTOR [N]", .fn = cmd_pop,
	  .what = "remove elements from the end",
	  .opts = { value_opts, dry_opts }, .more = value_more },
	{ .name = "load", .args = "VECTOR INDEX", .fn = cmd_load,
	  .what = "print an element",
	  .opts = { value_opts }, .more = value_more },
	{ .name = "peek", .args = "VECTOR", .fn = cmd_peek,
	  .what = "print the last element",
	  .opts = { value_opts }, .more = value_more },
	{ .name = "store", .args = "VECTOR INDEX VALUE", .fn = cmd_store,
	  .what = "replace an element",
	  .opts = { change_opts, value_opts, dry_opts }, .more = value_more },
	{ .name = "xchg", .args = "VECTOR INDEX VALUE", .fn = cmd_xchg,
	  .what = "replace an element, print the former",
	  .opts = { change_opts, value_opts, dry_opts }, .more = value_more },
	{ .name = "cmpxchg", .args = "VECTOR INDEX OLD NEW", .fn = cmd_cmpxchg,
	  .what = "replace an element if it is OLD",
	  .opts = { change_opts, value_opts, dry_opts }, .more = value_more },
	{ .name = "truncate", .args = "VECTOR SIZE", .fn = cmd_truncate,
	  .what = "drop elements from an index upwards",
	  .opts = { dry_opts } },
	{ .name = "clear", .args = "VECTOR", .fn = cmd_clear,
	  .what = "drop all elements",
	  .opts = { dry_opts } },
	{ .name = "size", .args = "VECTOR", .fn = cmd_size,
	  .what = "how many elements there are" },
	{ .name = "oldest", .args = "VECTOR", .fn = cmd_oldest,
	  .what = "the first index that there is" },
	{ .name = "shrink", .args = "VECTOR", .fn = cmd_shrink,
	  .what = "free what it does not need, print how many bytes",
	  .opts = { dry_opts } },
	{ .name = "reserve", .args = "VECTOR N", .fn = cmd_reserve,
	  .what = "have memory for N pushes",
	  .opts = { change_opts, dry_opts } },
	{ .name = "check", .args = "[OPTION...] FILE...", .fn = cmd_check,
	  .what = "is there an order that explains a history?",
	  .opts = { check_opts }, .more = check_more },
	{ .name = "storm", .args = "LOG [OPTION...]", .fn = cmd_storm,
	  .what = "write to a log from everywhere at once, and check",
	  .opts = { storm_opts, json_opts, dry_opts }, .more = storm_more },
	{ .name = "bench", .args = "[OPTION...]", .fn = cmd_bench,
	  .what = "what an operation costs, here and elsewhere in the kernel",
	  .opts = { bench_opts, dry_opts }, .more = bench_more },
	{ .name = "hist", .args = "FILE [OPTION...]", .fn = cmd_hist,
	  .what = "how times of single operations are distributed",
	  .opts = { hist_opts }, .more = hist_more },
	{ .name = "logcost", .args = "[OPTION...]", .fn = cmd_logcost,
	  .what = "what one record costs, in logs of all kinds",
	  .opts = { logcost_opts, json_opts, dry_opts }, .more = logcost_more },
	{ .name = "log", .args = "COMMAND [ARGUMENT...]",
	  .what = "read and steer the logs of subsystems", .set = &log_set },
};

static const struct command_set all = {
	"lfvec", "test and measure lock-free vectors in the kernel; read logs",
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

/* A command of a command is called "log show", and chosen by "show". */
static bool is_called(const struct command *c, const char *name)
{
	const char *space = strrchr(c->name, ' ');

	return !strcmp(name, space ? space + 1 : c->name);
}

/* NULL if there is none. */
const struct command *find_command(const struct command_set *set,
				   const char *name)
{
	size_t i;

	for (i = 0; i < set->nr; i++)
		if (is_called(&set->commands[i], name))
			return &set->commands[i];
	return NULL;
}

/* Run the command of @set that argv[1] names. */
static int run_command(const struct command_set *set, int argc, char **argv)
{
	const struct command *chosen;

	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "help")) {
		help_set(set);
		return argc < 2 ? EXIT_USAGE : EXIT_CLEAN;
	}
	chosen = find_command(set, argv[1]);
	if (!chosen)
		usage("%s: no such command", argv[1]);
	command = chosen;
	if (command->set)
		return run_command(command->set, argc - 1, argv + 1);
	return command->fn(argc - 1, argv + 1);
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
	const char *first = argc > 1 ? argv[1] : "";

	if (!strcmp(first, "--complete"))
		return complete(&all, argc - 2, argv + 2);
	if (!strcmp(first, "--completion"))
		print_completion();
	else if (!strcmp(first, "--man"))
		print_man(&all);
	else if (!strcmp(first, "--version"))
		printf("lfvec %s\n", TOOL_VERSION);
	else
		return run_command(&all, argc, argv);
	return EXIT_CLEAN;
}

