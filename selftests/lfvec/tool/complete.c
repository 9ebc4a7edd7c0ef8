// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec --complete WORD...: what the last of these words may become, one a line
 *
 * So a shell needs to know nothing but how to ask.
 */
#include <dirent.h>
#include <string.h>

#include "log.h"

void print_completion(void)
{
	printf("# bash completion for lfvec, made by lfvec --completion\n"
	       "_lfvec()\n"
	       "{\n"
	       "\tmapfile -t COMPREPLY < <(lfvec --complete \\\n"
	       "\t\t\"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null)\n"
	       "}\n"
	       "complete -o bashdefault -o default -F _lfvec lfvec\n");
}

/* @before is what comes before the word in question, in the same argument. */
static void offer(const char *before, size_t len, const char *word,
		  const char *start)
{
	if (!strncmp(word, start, strlen(start)))
		printf("%.*s%s\n", (int)len, before, word);
}

static void offer_names(const char *path, const char *start)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			offer("", 0, entry->d_name, start);
	if (dir)
		closedir(dir);
}

static void offer_levels(const char *start)
{
	u32 i;

	for (i = 0; i < LEVELS; i++)
		offer("", 0, level_names[i], start);
}

/* "task,soft": the last one of a list */
static void offer_words(const struct opt *o, const char *value)
{
	const char *comma = strcmp(o->arg, "LIST") ? NULL : strrchr(value, ',');
	const char *start = comma ? comma + 1 : value;
	u32 i;

	for (i = 0; i < o->nr; i++)
		offer(value, start - value, o->words[i], start);
}

static void offer_opts(const struct opt **all, u32 nr, const char *start)
{
	char name[64];
	u32 i;

	for (i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "--%s", all[i]->name);
		offer("", 0, name, start);
	}
}

/* The @nr-th of what a command takes, by how it is called; the last may be repeated. */
static void offer_argument(const struct command *c, int nr, const char *start)
{
	const char *args = c->args, *next;

	args += strspn(args, "[");
	if (!strncmp(args, "OPTION", 6)) {
		next = strchr(args, ' ');
		args = next ? next + 1 : "";
	}
	for (; nr && (next = strchr(args, ' ')); nr--)
		args = next + 1;
	args += strspn(args, "[");
	if (nr && !strstr(args, "..."))
		return;
	if (!strncmp(args, "VECTOR", 6))
		offer_names(VECTOR_DIR, start);
	else if (!strncmp(args, "LOG", 3))
		offer_names(LOG_DIR, start);
	else if (!strncmp(args, "LEVEL", 5))
		offer_levels(start);
}

/* The option that @word is, if it wants the word after it */
static const struct opt *takes_next(const struct opt **all, u32 nr,
				    const char *word)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		if (!all[i]->arg)
			continue;
		if (all[i]->brief && word[0] == '-' && word[1] == all[i]->key &&
		    !word[2])
			return all[i];
		if (!strncmp(word, "--", 2) && !strcmp(word + 2, all[i]->name))
			return all[i];
	}
	return NULL;
}

static void complete_command(const struct command *c, int argc, char **argv)
{
	const struct opt *all[OPTIONS_MAX], *o = NULL;
	u32 nr = command_opts(c, all);
	const char *last = argv[argc - 1];
	int i, arguments = 0;

	for (i = 0; i + 1 < argc; i++) {
		if (o)
			o = NULL;
		else if (*argv[i] == '-')
			o = takes_next(all, nr, argv[i]);
		else
			arguments++;
		/* bash makes three words of --gfp=atomic */
		if (o && !strcmp(argv[i + 1], "=")) {
			i++;
			last = i + 1 == argc ? "" : last;
		}
	}
	if (o && o->words)
		offer_words(o, last);
	else if (!o && *last == '-')
		offer_opts(all, nr, last);
	else if (!o)
		offer_argument(c, arguments, last);
}

static void offer_commands(const struct command_set *set, const char *start)
{
	const char *name, *space;
	size_t i;

	for (i = 0; i < set->nr; i++) {
		name = set->commands[i].name;
		space = strrchr(name, ' ');
		offer("", 0, space ? space + 1 : name, start);
	}
}

int complete(const struct command_set *set, int argc, char **argv)
{
	const struct command *c;

	if (argc < 1)
		return EXIT_CLEAN;
	if (argc == 1) {
		offer_commands(set, argv[0]);
		return EXIT_CLEAN;
	}
	c = find_command(set, argv[0]);
	if (c && c->set)
		return complete(c->set, argc - 1, argv + 1);
	if (c)
		complete_command(c, argc - 1, argv + 1);
	return EXIT_CLEAN;
}
