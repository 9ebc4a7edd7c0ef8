// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_log - a record as a line, in the format of /dev/kmsg
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "../compat.h"
#include "log.h"

static const char * const log_contexts[LFVEC_LOG_CONTEXTS] = {
	[LFVEC_LOG_TASK]	= "task",
	[LFVEC_LOG_SOFTIRQ]	= "softirq",
	[LFVEC_LOG_HARDIRQ]	= "hardirq",
	[LFVEC_LOG_NMI]		= "nmi",
};

/* Room at the end of a line for the task's name, all escaped. */
#define LINE_COMM	(sizeof(" COMM=\n") + 4 * LFVEC_LOG_COMM_MAX)

static char *line_head(char *to, char *end, const struct log_record *rec,
		       u64 seq)
{
	bool task = rec->context == LFVEC_LOG_TASK;

	return to + scnprintf(to, end - to,
			      "%u,%llu,%llu,-,cpu=%u,context=%s%s,caller=%c%u;",
			      rec->facility << 3 | rec->level, seq,
			      div_u64(rec->time, NSEC_PER_USEC), rec->cpu,
			      log_contexts[rec->context],
			      rec->flags & LFVEC_LOG_CUT ? ",cut" : "",
			      task ? 'T' : 'C', task ? rec->pid : rec->cpu);
}

/* What cannot be printed is escaped; what does not fit as a whole is left out. */
static char *line_escape(char *to, char *end, const u8 *text, size_t len)
{
	for (; len; len--, text++) {
		if (end - to < (long)sizeof("\\x00"))
			break;
		if (isascii(*text) && isprint(*text) && *text != '\\')
			*to++ = *text;
		else
			to += sprintf(to, "\\x%02x", *text);
	}
	return to;
}

static char *line_binary(char *to, char *end, const struct log_record *rec)
{
	size_t i;

	to += scnprintf(to, end - to, "type %u: ", rec->type);
	for (i = 0; i < rec->len && end - to > 2; i++)
		to = hex_byte_pack(to, rec->data[i]);
	return to;
}

/* Another line of the same record. */
static char *line_more(char *to, char *end, const char *key, const char *value,
		       size_t len)
{
	to += scnprintf(to, end - to, " %s", key);
	to = line_escape(to, end - 1, value, len);
	*to++ = '\n';
	return to;
}

static char *line_fields(char *to, char *end, const struct log_record *rec)
{
	const char *field = rec->data + rec->text_len;
	const char *last = rec->data + rec->len;
	size_t len;

	for (; field < last; field += len + 1) {
		len = strlen(field);
		/* whole, or not at all: all escaped, a blank, a newline */
		if (end - to < (long)(4 * len + 3))
			break;
		to = line_more(to, end, "", field, len);
	}
	return to;
}

/**
 * log_line - make a line of a record
 * @line: where it goes, %LFVEC_LOG_LINE_MAX bytes
 * @rec:  the record
 * @seq:  its sequence number
 *
 * As /dev/kmsg, with more after the third comma, which readers are to ignore if they
 * do not know it: on which CPU, in which context, whether the record was cut, and who
 * called. That comes last, as dmesg 2.41 takes what follows it for text.
 *
 * Context: Any.
 * Return: how many bytes it is; there is no final NUL.
 */
size_t log_line(char *line, const struct log_record *rec, u64 seq)
{
	/* those who read it want to put a NUL behind it */
	char *end = line + LFVEC_LOG_LINE_MAX - 1;
	char *to = line_head(line, end, rec, seq);

	if (rec->flags & LFVEC_LOG_BINARY)
		to = line_binary(to, end - LINE_COMM, rec);
	else
		to = line_escape(to, end - LINE_COMM, rec->data, rec->text_len);
	*to++ = '\n';
	to = line_more(to, end, "COMM=", rec->comm,
		       strnlen(rec->comm, sizeof(rec->comm)));
	if (!(rec->flags & LFVEC_LOG_BINARY))
		to = line_fields(to, end, rec);
	return to - line;
}
