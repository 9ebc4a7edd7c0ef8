// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers and lists from the command line
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

const char * const context_names[LFVEC_STRESS_CONTEXTS] = {
	[LFVEC_STRESS_TASK]	= "task",
	[LFVEC_STRESS_SOFTIRQ]	= "softirq",
	[LFVEC_STRESS_HARDIRQ]	= "hardirq",
	[LFVEC_STRESS_NMI]	= "nmi",
};

const char * const level_names[LEVELS] = {
	"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug",
};

/* By LFVEC_STRESS_OVERWRITE and LFVEC_STRESS_APPEND_ONLY */
const char * const form_names[FORMS] = {
	"general", "overwrite", "append-only", "overwrite,append-only",
};

struct unit {
	const char	*name;
	u64		factor;
};

/* What a number that @end follows in @s is to be multiplied by. */
static u64 parse_unit(const char *what, const char *s, const char *end,
		      const struct unit *units)
{
	for (; *end && units->name; units++)
		if (!strcmp(end, units->name))
			return units->factor;
	if (*end)
		usage("%s: %s: not understood from '%s' on", what, s, end);
	return 1;
}

static u64 parse(const char *what, const char *s, u64 max,
		 const struct unit *units)
{
	unsigned long long value;
	u64 factor;
	char *end;

	errno = 0;
	value = strtoull(s, &end, 0);
	if (!isdigit((unsigned char)s[0]) || errno)
		usage("%s: %s: not a number", what, s);
	factor = parse_unit(what, s, end, units);
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

/* "12.5", "90s", "1.5h": in ns; a bare number is seconds */
u64 parse_ns(const char *what, const char *s)
{
	static const struct unit units[] = {
		{ "ms", 1000000 }, { "s", 1000000000 }, { "m", 60000000000 },
		{ "min", 60000000000 }, { "h", 3600000000000 },
		{ "d", 86400000000000 }, { NULL, 0 }
	};
	u64 whole, part = 0, place = 100000000, factor = 1000000000;
	char *end;

	errno = 0;
	whole = strtoull(s, &end, 10);
	if (!isdigit((unsigned char)s[0]) || errno)
		usage("%s: %s: not a time", what, s);
	if (*end == '.')
		for (end++; isdigit((unsigned char)*end); end++, place /= 10)
			part += (*end - '0') * place;
	if (*end)
		factor = parse_unit(what, s, end, units);
	if (whole > INT64_MAX / 2 / factor)
		usage("%s: %s: too long", what, s);
	return whole * factor + part * (factor / 1000000) / 1000;
}

/* "0640", or "640" */
u32 parse_mode(const char *what, const char *s)
{
	char *end;
	unsigned long mode = strtoul(s, &end, 8);

	if (!isdigit((unsigned char)s[0]) || *end || mode & ~0666UL)
		usage("%s: %s: permissions to read and write are 0 to 0666",
		      what, s);
	return mode;
}

/* One of @names, by its index */
u32 parse_name(const char *what, const char *s, const char * const *names,
	       u32 nr)
{
	char all[128] = "";
	size_t len = 0;
	u32 i;

	for (i = 0; i < nr; i++)
		if (!strcmp(s, names[i]))
			return i;
	for (i = 0; i < nr && len < sizeof(all); i++)
		len += snprintf(all + len, sizeof(all) - len, "%s%s",
				i ? i + 1 < nr ? ", " : " or " : "", names[i]);
	usage("%s: %s: %s", what, s, all);
}

/* "task,nmi": a bit for each */
u32 parse_names(const char *what, char *s, const char * const *names, u32 nr)
{
	u32 bits = 0;
	char *item;

	while ((item = strsep(&s, ",")))
		bits |= 1U << parse_name(what, item, names, nr);
	return bits;
}

u32 parse_level(const char *s)
{
	if (isdigit((unsigned char)*s))
		return parse_u64("level", s, LEVELS - 1);
	if (!strcmp(s, "warn"))
		return parse_level("warning");
	if (!strcmp(s, "error"))
		return parse_level("err");
	return parse_name("level", s, level_names, LEVELS);
}

/* "3", "0-3,7" */
void parse_ranges(const char *what, char *s, u64 max, struct ranges *r)
{
	struct range *range;
	char *item, *to;

	for (r->nr = 0; (item = strsep(&s, ",")); r->nr++) {
		if (r->nr == ARRAY_SIZE(r->range))
			usage("%s: more than %zu", what, ARRAY_SIZE(r->range));
		range = &r->range[r->nr];
		to = strchr(item, '-');
		if (to)
			*to++ = '\0';
		range->first = parse_u64(what, item, max);
		range->last = to ? parse_u64(what, to, max) : range->first;
		if (range->last < range->first)
			usage("%s: %s-%s: the wrong way round", what, item, to);
	}
}

bool in_ranges(const struct ranges *r, u64 value)
{
	unsigned int i;

	for (i = 0; i < r->nr; i++)
		if (value >= r->range[i].first && value <= r->range[i].last)
			return true;
	return !r->nr;
}

static unsigned int parse_op(const char *name)
{
	unsigned int i;

	for (i = 0; i < LFVEC_STRESS_OPS_ALL; i++)
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

	memset(mix, 0, LFVEC_STRESS_OPS_ALL * sizeof(*mix));
	while ((item = strsep(&s, ","))) {
		eq = strchr(item, '=');
		if (!eq)
			usage("mix: %s: no '='", item);
		*eq = '\0';
		op = parse_op(item);
		mix[op] = parse_u64(item, eq + 1, 100);
	}
	for (op = 0; op < LFVEC_STRESS_OPS_ALL; op++)
		sum += mix[op];
	if (sum != 100)
		usage("mix: %u percent in sum, not 100", sum);
}

/* "task,softirq,nmi"; bits for all but task, which always is one of them */
u32 parse_contexts(char *s)
{
	return parse_names("contexts", s, context_names, LFVEC_STRESS_CONTEXTS) &
	       ~(1U << LFVEC_STRESS_TASK);
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
	return form < ARRAY_SIZE(form_names) ? form_names[form] : "unknown";
}
