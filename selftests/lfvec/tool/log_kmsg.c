// SPDX-License-Identifier: GPL-2.0
/*
 * Records for other programs: as read() returns them, and as they are
 */
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

/* No longer than readers can take. */
struct line {
	size_t	len;
	size_t	end;
	char	text[LFVEC_LOG_LINE_MAX];
};

/* What one read() gives, and what dmesg --kmsg-file of util-linux 2.41 takes. */
#define LINE_END	(LFVEC_LOG_LINE_MAX - 1)
#define LINE_END_DMESG	2047
#define LINE_COMM	(sizeof(" COMM=\n") + 4 * LFVEC_LOG_COMM_MAX)

static void line_print(struct line *line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line->len += vsnprintf(line->text + line->len,
			       sizeof(line->text) - line->len, fmt, ap);
	va_end(ap);
}

static void line_escape(struct line *line, size_t end, const char *s, size_t len)
{
	unsigned char c;

	for (; len && line->len + sizeof("\\x00") <= end; s++, len--) {
		c = *s;
		if (c < ' ' || c >= 127 || c == '\\')
			line_print(line, "\\x%02x", c);
		else
			line->text[line->len++] = c;
	}
}

static void line_head(struct line *line, const struct lfvec_log_record *rec)
{
	bool task = rec->context == LFVEC_LOG_TASK;

	line_print(line, "%u,%llu,%llu,-,cpu=%u,context=%s%s,caller=%c%u;",
		   rec->facility << 3 | rec->level, rec->seq, rec->time / 1000,
		   rec->cpu, context_names[rec->context],
		   rec->flags & LFVEC_LOG_CUT ? ",cut" : "",
		   task ? 'T' : 'C', task ? rec->pid : rec->cpu);
}

static void line_payload(struct line *line, const struct lfvec_log_record *rec)
{
	const size_t end = line->end - LINE_COMM;
	size_t i;

	if (!(rec->flags & LFVEC_LOG_BINARY)) {
		line_escape(line, end, log_text(rec), rec->text_len);
		return;
	}
	line_print(line, "type %u: ", rec->type);
	for (i = 0; i < rec->len && line->len + 2 < end; i++)
		line_print(line, "%02x", (u8)log_text(rec)[i]);
}

/* Each is there as a whole, or not. */
static void line_fields(struct line *line, const struct lfvec_log_record *rec)
{
	const char *field = NULL;
	size_t len = 0;

	while ((field = log_next_field(rec, field, &len))) {
		if (line->len + 4 * len + 3 > line->end)
			break;
		line_print(line, " ");
		line_escape(line, line->end - 1, field, len);
		line_print(line, "\n");
	}
}

static void line_write(const struct lfvec_log_record *rec, size_t end)
{
	struct line line;

	line.len = 0;
	line.end = end;
	line_head(&line, rec);
	line_payload(&line, rec);
	line_print(&line, "\n COMM=");
	line_escape(&line, end - 1, rec->comm,
		    strnlen(rec->comm, sizeof(rec->comm)));
	line_print(&line, "\n");
	if (!(rec->flags & LFVEC_LOG_BINARY))
		line_fields(&line, rec);
	fwrite(line.text, 1, line.len, stdout);
}

static void kmsg_record(struct log_output *out, const struct lfvec_log_record *rec)
{
	(void)out;
	line_write(rec, LINE_END);
}

/* It wants to see where a record ends. */
static void dmesg_record(struct log_output *out, const struct lfvec_log_record *rec)
{
	(void)out;
	line_write(rec, LINE_END_DMESG);
	putchar('\0');
}

/* There is no place for it in what comes out. */
static void note_aside(struct log_output *out, u64 lost)
{
	if (lost)
		fprintf(stderr, "lfvec: %s: %llu records lost\n",
			out->reader->name, lost);
	else
		fprintf(stderr, "lfvec: %s: the log is gone\n",
			out->reader->name);
}

const struct log_format log_as_kmsg = {
	"kmsg", NULL, kmsg_record, note_aside,
};

const struct log_format log_as_dmesg = {
	"dmesg", NULL, dmesg_record, note_aside,
};

static void binary_begin(struct log_output *out)
{
	struct log_file_head head = {
		.version = LOG_FILE_VERSION, .size = sizeof(head),
		.wall = out->reader->wall, .info = out->reader->info,
	};

	if (isatty(STDOUT_FILENO))
		usage("format: binary is not for a terminal");
	memcpy(head.magic, LOG_FILE_MAGIC, sizeof(head.magic));
	fwrite(&head, sizeof(head), 1, stdout);
}

static void binary_record(struct log_output *out, const struct lfvec_log_record *rec)
{
	struct log_file_chunk chunk = { .size = rec->size, .nr = 1 };

	(void)out;
	fwrite(&chunk, sizeof(chunk), 1, stdout);
	fwrite(rec, rec->size, 1, stdout);
}

static void binary_note(struct log_output *out, u64 lost)
{
	struct log_file_chunk chunk = { .lost = lost };

	note_aside(out, lost);
	if (lost)
		fwrite(&chunk, sizeof(chunk), 1, stdout);
}

const struct log_format log_as_binary = {
	"binary", binary_begin, binary_record, binary_note,
};
