// SPDX-License-Identifier: GPL-2.0
/*
 * Which records are wanted
 */
#include <ctype.h>
#include <fnmatch.h>
#include <string.h>

#include "log.h"

#define ALL_LEVELS	((1U << LEVELS) - 1)

static const char * const facilities[] = { "kernel", "user" };

const struct opt log_filter_opts[] = {
	OPT_WORDS('L', "level", "LEVEL",
		  "this one and what is more severe: emerg, alert, crit, err, warning,\n"
		  "notice, info, debug or 0-7; or none but those of a list: err,debug or\n"
		  "=err", level_names, LEVELS),
	OPT('C', "cpu", "LIST", "written on these CPUs: 0,2-3"),
	OPT_WORDS('X', "context", "LIST", "written in task,softirq,hardirq,nmi",
		  context_names, LFVEC_STRESS_CONTEXTS),
	OPT('P', "pid", "LIST", "written by these tasks, or while they ran"),
	OPT('N', "comm", "NAME", "the same, by name; may have * and ?"),
	OPT_WORDS('A', "facility", "NAME", "written by the kernel, or by user space: user",
		  facilities, ARRAY_SIZE(facilities)),
	OPT('g', "grep", "TEXT", "with this in the text or in a field"),
	OPT('I', "igrep", "TEXT", "the same, in upper or lower case"),
	OPT_BRIEF('i', "ignore-case", NULL, "makes that of --grep"),
	OPT('T', "type", "LIST", "binary records of these types"),
	OPT('s', "since", "TIME",
	    "12.5 (seconds of the log's clock), -30s, -5m, '2h ago', now,\n"
	    "'YYYY-MM-DD HH:MM:SS', HH:MM:SS"),
	OPT('u', "until", "TIME", "the same, where it ends"),
	OPT_END
};

void log_filter_init(struct log_filter *f)
{
	memset(f, 0, sizeof(*f));
	f->levels = ALL_LEVELS;
	f->contexts = (1U << LFVEC_LOG_CONTEXTS) - 1;
}

/* "warning": and what is more severe; "err,debug", "=err": none else */
static u32 parse_levels(char *s)
{
	bool exact = strchr(s, ',');
	u32 levels = 0;
	char *item;

	if (*s == '=') {
		exact = true;
		s++;
	}
	if (!exact)
		return (2U << parse_level(s)) - 1;
	while ((item = strsep(&s, ",")))
		levels |= 1U << parse_level(item);
	return levels;
}

static void parse_facility(struct log_filter *f, const char *s)
{
	u32 which = parse_name("facility", s, facilities,
			       ARRAY_SIZE(facilities));

	f->kernel = which == 0;
	f->user = which == 1;
}

/* Returns false if @opt is not one of these. */
bool log_filter_option(struct log_filter *f, int opt, char *arg)
{
	switch (opt) {
	case 'L':
		f->levels = parse_levels(arg);
		break;
	case 'C':
		parse_ranges("cpu", arg, UINT16_MAX, &f->cpus);
		break;
	case 'X':
		f->contexts = parse_names("context", arg, context_names,
					  LFVEC_LOG_CONTEXTS);
		break;
	case 'P':
		parse_ranges("pid", arg, UINT32_MAX, &f->pids);
		break;
	case 'N':
		f->comm = arg;
		break;
	case 'A':
		parse_facility(f, arg);
		break;
	case 'I':
		f->fold = true;
		f->text = arg;
		break;
	case 'g':
		f->text = arg;
		break;
	case 'i':
		f->fold = true;
		break;
	case 'T':
		f->binary = true;
		parse_ranges("type", arg, UINT16_MAX, &f->types);
		break;
	case 's':
		f->since = parse_when("since", arg);
		break;
	case 'u':
		f->until = parse_when("until", arg);
		break;
	default:
		return false;
	}
	return true;
}

/* Once it is known what the log's clock says. */
void log_filter_times(struct log_filter *f, const struct log_reader *r)
{
	f->first = log_when(&f->since, r, INT64_MIN);
	f->last = log_when(&f->until, r, INT64_MAX);
}

static bool equal(const char *a, const char *b, size_t len, bool fold)
{
	size_t i;

	if (!fold)
		return !memcmp(a, b, len);
	for (i = 0; i < len; i++)
		if (tolower((unsigned char)a[i]) != tolower((unsigned char)b[i]))
			return false;
	return true;
}

static bool contains(const char *s, size_t len, const char *text, bool fold)
{
	size_t n = strlen(text);

	for (; len >= n; s++, len--)
		if (equal(s, text, n, fold))
			return true;
	return false;
}

/* In the text or in one of the fields, but not across them: these end with a NUL. */
static bool match_text(const struct log_filter *f,
		       const struct lfvec_log_record *rec)
{
	const char *text = log_text(rec);

	if (!f->text)
		return true;
	if (rec->flags & LFVEC_LOG_BINARY)
		return false;
	return contains(text, rec->text_len, f->text, f->fold) ||
	       contains(text + rec->text_len, rec->len - rec->text_len, f->text,
			f->fold);
}

static bool match_comm(const struct log_filter *f,
		       const struct lfvec_log_record *rec)
{
	char comm[LFVEC_LOG_COMM_MAX + 1] = "";

	if (!f->comm)
		return true;
	memcpy(comm, rec->comm, LFVEC_LOG_COMM_MAX);
	return !fnmatch(f->comm, comm, 0);
}

static bool match_time(const struct log_filter *f,
		       const struct lfvec_log_record *rec)
{
	return (s64)rec->time >= f->first && (s64)rec->time <= f->last;
}

bool log_filter_match(const struct log_filter *f,
		      const struct lfvec_log_record *rec)
{
	return f->levels & 1U << rec->level &&
	       f->contexts & 1U << rec->context &&
	       in_ranges(&f->cpus, rec->cpu) && in_ranges(&f->pids, rec->pid) &&
	       (!f->kernel || !rec->facility) && (!f->user || rec->facility) &&
	       (!f->binary || (rec->flags & LFVEC_LOG_BINARY &&
			       in_ranges(&f->types, rec->type))) &&
	       match_time(f, rec) && match_comm(f, rec) && match_text(f, rec);
}
