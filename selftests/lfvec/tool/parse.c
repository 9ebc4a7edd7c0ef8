// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers and lists from the command line
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

const char * const op_names[LFVEC_STRESS_OPS] = {
	[LFVEC_STRESS_OP_PUSH]		= "push",
	[LFVEC_STRESS_OP_POP]		= "pop",
	[LFVEC_STRESS_OP_LOAD]		= "load",
	[LFVEC_STRESS_OP_XCHG]		= "xchg",
	[LFVEC_STRESS_OP_CMPXCHG]	= "cmpxchg",
	[LFVEC_STRESS_OP_PUSH_MANY]	= "push_many",
	[LFVEC_STRESS_OP_POP_MANY]	= "pop_many",
	[LFVEC_STRESS_OP_TRUNCATE]	= "truncate",
};

const char * const context_names[LFVEC_STRESS_CONTEXTS] = {
	[LFVEC_STRESS_TASK]	= "task",
	[LFVEC_STRESS_SOFTIRQ]	= "softirq",
	[LFVEC_STRESS_HARDIRQ]	= "hardirq",
	[LFVEC_STRESS_NMI]	= "nmi",
};

struct unit {
	const char	*name;
	u64		factor;
};

static u64 parse(const char *what, const char *s, u64 max,
		 const struct unit *units)
{
	unsigned long long value;
	u64 factor = 1;
	char *end;

	errno = 0;
	value = strtoull(s, &end, 0);
	if (!isdigit((unsigned char)s[0]) || errno)
		usage("%s: %s: not a number", what, s);
	for (; *end && units->name; units++) {
		if (strcmp(end, units->name))
			continue;
		factor = units->factor;
		end = "";
	}
	if (*end)
		usage("%s: %s: not understood from '%s' on", what, s, end);
	if (value > max / factor)
		usage("%s: %s: more than %llu", what, s, max);
	return value * factor;
}

u64 parse_u64(const char *what, const char *s, u64 max)
{
	static const struct unit none[] = { { NULL, 0 } };

	return parse(what, s, max, none);
}

u64 parse_count(const char *what, const char *s, u64 max)
{
	static const struct unit units[] = {
		{ "k", 1000 }, { "M", 1000000 }, { "G", 1000000000 },
		{ NULL, 0 }
	};

	return parse(what, s, max, units);
}

u64 parse_bytes(const char *what, const char *s)
{
	static const struct unit units[] = {
		{ "KiB", 1024 }, { "MiB", 1024 * 1024 },
		{ "GiB", 1024 * 1024 * 1024 }, { NULL, 0 }
	};

	return parse(what, s, UINT64_MAX, units);
}

u32 parse_ms(const char *what, const char *s)
{
	static const struct unit units[] = {
		{ "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 },
		{ NULL, 0 }
	};
	const char *last = s + strlen(s) - 1;
	u64 ms = parse(what, s, LFVEC_STRESS_DURATION_MAX, units);

	if (!*s || !isdigit((unsigned char)*last))
		return ms;
	if (ms > LFVEC_STRESS_DURATION_MAX / 1000)
		usage("%s: %s: more than a day", what, s);
	return ms * 1000;	/* a bare number is seconds */
}

static unsigned int parse_op(const char *name)
{
	unsigned int i;

	for (i = 0; i < LFVEC_STRESS_OPS; i++)
		if (!strcmp(name, op_names[i]))
			return i;
	usage("mix: %s: no such operation", name);
}

/* "push=50,pop=50" */
void parse_mix(char *s, u32 *mix)
{
	u32 sum = 0;
	char *item, *eq;
	unsigned int op;

	memset(mix, 0, LFVEC_STRESS_OPS * sizeof(*mix));
	while ((item = strsep(&s, ","))) {
		eq = strchr(item, '=');
		if (!eq)
			usage("mix: %s: no '='", item);
		*eq = '\0';
		op = parse_op(item);
		mix[op] = parse_u64(item, eq + 1, 100);
	}
	for (op = 0; op < LFVEC_STRESS_OPS; op++)
		sum += mix[op];
	if (sum != 100)
		usage("mix: %u percent in sum, not 100", sum);
}

/* "task,softirq,nmi"; bits for all but task, which always is one of them */
u32 parse_contexts(char *s)
{
	u32 contexts = 0, i;
	char *item;

	while ((item = strsep(&s, ","))) {
		for (i = 0; i < LFVEC_STRESS_CONTEXTS; i++)
			if (!strcmp(item, context_names[i]))
				break;
		if (i == LFVEC_STRESS_CONTEXTS)
			usage("contexts: %s: task, softirq, hardirq or nmi", item);
		contexts |= 1U << i;
	}
	return contexts & ~(1U << LFVEC_STRESS_TASK);
}

/* "overwrite,append-only" */
u32 parse_form(char *s)
{
	u32 form = 0;
	char *item;

	while ((item = strsep(&s, ","))) {
		if (!strcmp(item, "overwrite"))
			form |= LFVEC_STRESS_OVERWRITE;
		else if (!strcmp(item, "append-only"))
			form |= LFVEC_STRESS_APPEND_ONLY;
		else if (strcmp(item, "general"))
			usage("form: %s: general, overwrite or append-only", item);
	}
	return form;
}

const char *form_name(u32 form)
{
	static const char * const names[] = {
		"general", "overwrite", "append-only", "overwrite,append-only",
	};

	return form < ARRAY_SIZE(names) ? names[form] : "unknown";
}
