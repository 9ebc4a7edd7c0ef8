// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec --man: the man page, of what --help is made of
 */
#include <ctype.h>
#include <string.h>

#include "tool.h"

#define LINE	50	/* that may be broken at a blank */

static const struct {
	const char	*title;
	const char	*text;
} before[] = {
	{ "DESCRIPTION",
	  "Lock-free vectors are arrays that grow at their end, in the kernel. With the\n"
	  "module lfvec_stress, this tool makes vectors and logs by name, has kernel\n"
	  "threads, processes, interrupts and NMIs work on them, checks that nothing is\n"
	  "lost or duplicated, and says what an operation costs. With the module lfvec_log\n"
	  "alone, it reads and steers the logs that subsystems have.\n"
	  "\n"
	  "Numbers may end with k, M or G (powers of 1000), sizes with KiB, MiB or GiB,\n"
	  "times with ms, s, m or h. All commands know --help.\n"
	  "\n"
	  "lfvec --man prints this page, lfvec --completion what makes bash complete, lfvec\n"
	  "--version the version.\n" },
}, after[] = {
	{ "FILES",
	  "  /dev/lfvec_stress             the device of the module lfvec_stress\n"
	  "  /dev/lfvec/NAME               a log\n"
	  "  /sys/kernel/debug/lfvec/NAME  what a named vector does and holds\n"
	  "  /sys/kernel/debug/lfvec_logs  the same of logs\n" },
	{ "EXAMPLES",
	  "Eight threads on two values, a million operations, and a verdict:\n"
	  "\n"
	  "  lfvec run --threads 8 --values 2 --ops 1M\n"
	  "\n"
	  "The same in all contexts, recorded, and the record judged:\n"
	  "\n"
	  "  lfvec run --ops 20k --contexts task,softirq,hardirq --history /tmp/h\n"
	  "  lfvec check /tmp/h\n"
	  "\n"
	  "What single operations take, and how that is distributed:\n"
	  "\n"
	  "  lfvec bench --work push-pop --latency --json /tmp/b\n"
	  "  lfvec hist /tmp/b\n"
	  "\n"
	  "A vector and a log by hand:\n"
	  "\n"
	  "  lfvec create numbers\n"
	  "  lfvec push numbers 1 2 3\n"
	  "  lfvec log create notes\n"
	  "  lfvec log write notes --level err something is wrong\n"
	  "  lfvec log show notes --level err --time iso\n"
	  "  lfvec top -n 1\n"
	  "  lfvec log drop notes\n"
	  "  lfvec drop numbers\n" },
};

/* No dash becomes a hyphen, no line a request, and none is long, if it may be broken. */
static void man_text(const char *s, size_t len, bool literal)
{
	int column = 0;
	size_t i;

	for (i = 0; i < len; i++, column++) {
		if (!column && (s[i] == '.' || s[i] == '\''))
			printf("\\&");
		if (s[i] == '\n' || (s[i] == ' ' && column > LINE && !literal)) {
			putchar('\n');
			column = -1;
		} else if (s[i] == '\\') {
			printf("\\e");
		} else if (s[i] == '\'') {
			printf("\\(aq");
		} else if (s[i] == '-') {
			printf("\\-");
		} else {
			putchar(s[i]);
		}
	}
}

static void man_string(const char *s)
{
	man_text(s, strlen(s), false);
}

/* Lines that are indented, as they are; an empty one ends a paragraph. */
static void man_more(const char *text)
{
	bool literal = false, gap = false, as_is;
	const char *start = text;
	size_t len;

	for (; *text; text += len) {
		len = strcspn(text, "\n") + 1;
		if (len == 1) {
			gap = true;
			continue;
		}
		as_is = *text == ' ';
		if (literal && !as_is)
			printf(".fi\n.RE\n");
		if (as_is && !literal)
			printf("%s.RS 4\n.nf\n", text > start ? ".PP\n" : "");
		else if (gap)
			printf(as_is ? "\n" : ".PP\n");
		man_text(text + (as_is ? 2 : 0), len - (as_is ? 2 : 0), as_is);
		literal = as_is;
		gap = false;
	}
	if (literal)
		printf(".fi\n.RE\n");
}

static void man_opt(const struct opt *o)
{
	printf(".TP\n\\fB");
	if (o->brief)
		printf("\\-%c\\fR, \\fB", o->key);
	printf("\\-\\-");
	man_string(o->name);
	printf("\\fR");
	if (o->arg)
		printf(" \\fI%s\\fR", o->arg);
	printf("\n");
	man_string(o->what);
	printf("\n");
}

static void man_command(const struct command *c)
{
	const struct opt *all[OPTIONS_MAX];
	u32 nr = command_opts(c, all), i;

	printf(".SS lfvec %s%s%s\n%c", c->name, *c->args ? " " : "", c->args,
	       toupper(*c->what));
	man_string(c->what + 1);
	printf(c->what[strlen(c->what) - 1] == '?' ? "\n" : ".\n");
	for (i = 0; i + 1 < nr; i++)	/* the last one is --help */
		man_opt(all[i]);
	if (c->more) {
		printf(".PP\n");
		man_more(c->more);
	}
}

static void man_commands(const struct command_set *set)
{
	size_t i;

	for (i = 0; i < set->nr; i++) {
		if (set->commands[i].set)
			man_commands(set->commands[i].set);
		else
			man_command(&set->commands[i]);
	}
}

static void man_exits(void)
{
	u32 i;

	printf(".SH EXIT STATUS\n");
	for (i = 0; i < EXITS; i++) {
		printf(".TP\n%u\n", i);
		man_string(exit_texts[i]);
		printf("\n");
	}
}

void print_man(const struct command_set *set)
{
	size_t i;

	printf(".\\\" made by lfvec --man\n"
	       ".TH LFVEC 1 \"%s\" \"lfvec %s\" \"User Commands\"\n"
	       ".SH NAME\nlfvec \\- %s\n.SH SYNOPSIS\n"
	       ".B lfvec\n.I COMMAND\n.RI [ ARGUMENT ...]\n",
	       TOOL_DATE, TOOL_VERSION, set->what);
	for (i = 0; i < ARRAY_SIZE(before); i++) {
		printf(".SH %s\n", before[i].title);
		man_more(before[i].text);
	}
	printf(".SH COMMANDS\n");
	man_commands(set);
	man_exits();
	for (i = 0; i < ARRAY_SIZE(after); i++) {
		printf(".SH %s\n", after[i].title);
		man_more(after[i].text);
	}
	printf(".SH SEE ALSO\n.BR lfvec_log (4),\n.BR lfvec_stress (4)\n");
}
