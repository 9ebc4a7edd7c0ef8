// SPDX-License-Identifier: GPL-2.0
/*
 * --help, of lfvec and of its commands
 */
#include <stdlib.h>
#include <string.h>

#include "tool.h"

#define WIDTH	79
#define INDENT	19	/* of what an option does */

const char * const exit_texts[EXITS] = {
	[EXIT_CLEAN]	 = "clean",
	[EXIT_CHECK]	 = "a check failed, or the answer is no",
	[EXIT_USAGE]	 = "usage",
	[EXIT_RESOURCES] = "out of resources",
	[EXIT_MISSING]	 = "not available: no module, no permission, too old",
	[EXIT_UNDECIDED] = "undecided (lfvec check)",
};

/* @text at column INDENT, where the line is already at @column */
static void print_wrapped(const char *text, int column)
{
	int len;

	if (column >= INDENT) {
		printf("\n");
		column = 0;
	}
	printf("%*s", INDENT - column, "");
	column = INDENT;
	for (; *text; text += len) {
		text += strspn(text, "\n ");
		len = strcspn(text, "\n ");
		if (column > INDENT && column + 1 + len > WIDTH) {
			printf("\n%*s", INDENT, "");
			column = INDENT;
		}
		column += printf("%s%.*s", column > INDENT ? " " : "", len, text);
	}
	printf("\n");
}

static void print_opt(const struct opt *o)
{
	int column = printf("  --%s%s%s", o->name, o->arg ? " " : "",
			    o->arg ? o->arg : "");

	if (o->brief)
		column += printf(", -%c%s%s", o->key, o->arg ? " " : "",
				 o->arg ? o->arg : "");
	print_wrapped(o->what, column);
}

void help_command(void)
{
	const struct opt *all[OPTIONS_MAX];
	u32 nr = command_opts(command, all), i;

	printf("lfvec %s %s\n    %s\n\n", command->name, command->args,
	       command->what);
	for (i = 0; i < nr; i++)
		print_opt(all[i]);
	if (command->more)
		printf("\n%s", command->more);
	exit(EXIT_CLEAN);
}

void help_set(const struct command_set *set)
{
	size_t i;

	printf("%s COMMAND [ARGUMENT...]\n    %s\n\n", set->name, set->what);
	for (i = 0; i < set->nr; i++)
		printf("  %-10s %s\n", set->commands[i].name,
		       set->commands[i].what);
	printf("\n%s COMMAND --help says more; lfvec --man is all that, as a man page,\n"
	       "lfvec --completion is for bash, lfvec --version is the version. Exit codes:\n\n",
	       set->name);
	for (i = 0; i < EXITS; i++)
		printf("  %zu          %s\n", i, exit_texts[i]);
}
