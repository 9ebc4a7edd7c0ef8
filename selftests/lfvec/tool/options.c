// SPDX-License-Identifier: GPL-2.0
/*
 * Options of the command that runs, as its tables have them
 *
 * What is parsed, what --help and the man page say, and what a shell completes, all
 * come from these tables.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

#define KEY_DRY_RUN	256
#define KEY_LONG	257	/* and from there on: others, by their place */

static bool dry_run;

const struct opt json_opts[] = {
	OPT_BRIEF('j', "json", NULL, "print JSON"),
	OPT_END
};

const struct opt dry_opts[] = {
	OPT(KEY_DRY_RUN, "dry-run", NULL,
	    "check all arguments, say what would be done, and do not do it"),
	OPT_END
};

static const struct opt help_opts[] = {
	OPT_BRIEF('h', "help", NULL, "print this"),
	OPT_END
};

static u32 add_opts(const struct opt **all, u32 nr, const struct opt *table)
{
	for (; table->name && nr < OPTIONS_MAX; table++)
		all[nr++] = table;
	return nr;
}

/* Those of all its tables, and --help. Returns how many. */
u32 command_opts(const struct command *c, const struct opt **all)
{
	u32 nr = 0, i;

	for (i = 0; i < OPT_TABLES && c->opts[i]; i++)
		nr = add_opts(all, nr, c->opts[i]);
	return add_opts(all, nr, help_opts);
}

/* What getopt_long() wants; it tells long ones by their place, short ones by name. */
static u32 getopt_tables(const struct opt **all, struct option *options,
			 char *brief)
{
	u32 nr = command_opts(command, all), i;
	char *end = brief;

	*end++ = ':';
	for (i = 0; i < nr; i++) {
		options[i] = (struct option){
			all[i]->name, all[i]->arg ? required_argument : no_argument,
			NULL, KEY_LONG + i,
		};
		if (!all[i]->brief)
			continue;
		*end++ = all[i]->key;
		if (all[i]->arg)
			*end++ = ':';
	}
	options[nr] = (struct option){ NULL, 0, NULL, 0 };
	*end = '\0';
	return nr;
}

/* The key of the next option, its value in optarg; -1 after the last one. */
int next_option(int argc, char **argv)
{
	static struct option options[OPTIONS_MAX + 1];
	static const struct opt *all[OPTIONS_MAX];
	static char brief[2 * OPTIONS_MAX + 2];
	int key;

	if (!options[0].name)
		getopt_tables(all, options, brief);
	opterr = 0;
	key = getopt_long(argc, argv, brief, options, NULL);
	if (key == '?' || key == ':')
		usage("%s: %s", argv[optind - 1], key == '?' ? "no such option" :
							       "needs a value");
	if (key >= KEY_LONG)
		key = all[key - KEY_LONG]->key;
	if (key == 'h')
		help_command();
	if (key != KEY_DRY_RUN)
		return key;
	dry_run = true;
	return next_option(argc, argv);
}

/* What is left of @argv, which must be so many. */
char **rest_of(int argc, char **argv, int least, int most)
{
	if (argc - optind < least)
		usage("%s %s: not enough arguments", command->name,
		      command->args);
	if (argc - optind > most)
		usage("%s: not expected", argv[optind + most]);
	return argv + optind;
}

bool is_dry_run(void)
{
	return dry_run;
}

/* With --dry-run: say what would be done. Otherwise do it: returns false. */
bool just_say(const char *fmt, ...)
{
	va_list ap;

	if (!dry_run)
		return false;
	printf("would ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	return true;
}

/* That of --dry-run: could the file @path be written? */
void check_writable(const char *path)
{
	char dir[4096] = ".";
	const char *slash = strrchr(path, '/');

	if (!dry_run || !strcmp(path, "-") || !access(path, W_OK))
		return;
	if (slash && slash - path < (long)sizeof(dir) - 1)
		snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path) + 1, path);
	if (errno != ENOENT || access(dir, W_OK | X_OK))
		die(dev_exit_code(errno), "%s: %s", path, strerror(errno));
}
