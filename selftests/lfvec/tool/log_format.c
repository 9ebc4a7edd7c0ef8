// SPDX-License-Identifier: GPL-2.0
/*
 * Records for people, and as JSON
 */
#include <stdlib.h>
#include <string.h>
#define SYSLOG_NAMES
#include <syslog.h>
#include <unistd.h>

#include "log.h"

#define COLOR_TIME	"\033[32m"
#define COLOR_FAINT	"\033[2m"
#define COLOR_NONE	"\033[0m"

static const char * const level_colors[LEVELS] = {
	"\033[1;31m", "\033[1;31m", "\033[1;31m", "\033[31m", "\033[33m",
	"\033[1m", "", "\033[2m",
};

/* "auto": on a terminal that has any, unless NO_COLOR says no */
const char * const log_color_names[LOG_COLORS] = { "auto", "always", "never" };

bool log_color(const char *when)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
	u32 which = parse_name("color", when, log_color_names, LOG_COLORS);

	if (which)
		return which == 1;
	return isatty(STDOUT_FILENO) && !(no && *no) &&
	       !(term && !strcmp(term, "dumb"));
}

/* The field after @field, or the first if that is NULL; or NULL if there is none. */
const char *log_next_field(const struct lfvec_log_record *rec,
			   const char *field, size_t *len)
{
	const char *end = log_text(rec) + rec->len;

	field = field ? field + *len + 1 : log_text(rec) + rec->text_len;
	if (field >= end)
		return NULL;
	*len = strnlen(field, end - field);
	return field;
}

static void color(const struct log_output *out, const char *code)
{
	if (out->color && *code)
		printf("%s", code);
}

static void text_time(struct log_output *out, const struct lfvec_log_record *rec)
{
	s64 since = out->start;

	if (out->time == LOG_TIME_DELTA)
		since = out->begun ? out->last : (s64)rec->time;
	out->begun = true;
	out->last = rec->time;
	color(out, COLOR_TIME);
	log_print_time(out->reader, rec->time, out->time, since);
	color(out, COLOR_NONE);
	putchar(' ');
}

static const char *facility_name(u32 facility)
{
	unsigned int i;

	for (i = 0; facilitynames[i].c_name; i++)
		if (facilitynames[i].c_val == (int)facility << 3)
			return facilitynames[i].c_name;
	return "other";
}

static void text_details(const struct lfvec_log_record *rec)
{
	printf("%llu %s:%-7s cpu%u %-7s ", rec->seq,
	       facility_name(rec->facility), level_names[rec->level], rec->cpu,
	       context_names[rec->context]);
	print_safely(rec->comm, strnlen(rec->comm, sizeof(rec->comm)));
	printf("[%u]: ", rec->pid);
}

static void text_fields(const struct log_output *out,
			const struct lfvec_log_record *rec)
{
	const char *field = NULL;
	size_t len = 0;

	color(out, COLOR_FAINT);
	while ((field = log_next_field(rec, field, &len))) {
		putchar(' ');
		print_safely(field, len);
	}
	if (rec->flags & LFVEC_LOG_CUT)
		printf(" [cut]");
	color(out, COLOR_NONE);
}

static void text_record(struct log_output *out, const struct lfvec_log_record *rec)
{
	text_time(out, rec);
	if (out->details)
		text_details(rec);
	color(out, level_colors[rec->level]);
	if (rec->flags & LFVEC_LOG_BINARY) {
		printf("type %u: ", rec->type);
		print_hex(log_text(rec), rec->len);
	} else {
		print_safely(log_text(rec), rec->text_len);
	}
	if (*level_colors[rec->level])
		color(out, COLOR_NONE);
	if (rec->flags & LFVEC_LOG_CUT ||
	    (!(rec->flags & LFVEC_LOG_BINARY) && rec->len > rec->text_len))
		text_fields(out, rec);
	putchar('\n');
}

static void text_note(struct log_output *out, u64 lost)
{
	color(out, COLOR_FAINT);
	if (lost)
		printf("-- %llu record%s lost --", lost, lost == 1 ? "" : "s");
	else
		printf("-- the log is gone --");
	color(out, COLOR_NONE);
	putchar('\n');
}

const struct log_format log_as_text = { "text", NULL, text_record, text_note };

static void json_flags(const struct lfvec_log_record *rec)
{
	json_open("flags", '[');
	if (rec->flags & LFVEC_LOG_CUT)
		json_str(NULL, "cut");
	if (rec->flags & LFVEC_LOG_BINARY)
		json_str(NULL, "binary");
	json_close(']');
}

static void json_fields(const struct lfvec_log_record *rec)
{
	const char *field = NULL, *value;
	char key[LFVEC_LOG_RECORD_MAX];
	size_t len = 0, n;

	json_open("fields", '{');
	while ((field = log_next_field(rec, field, &len))) {
		value = memchr(field, '=', len);
		n = value ? value - field : 0;
		if (!value || n >= sizeof(key))
			continue;
		memcpy(key, field, n);
		key[n] = '\0';
		json_text(key, value + 1, len - n - 1);
	}
	json_close('}');
}

/* Text that JSON cannot hold as it is comes with its bytes beside it. */
static void json_payload(const struct lfvec_log_record *rec)
{
	if (rec->flags & LFVEC_LOG_BINARY) {
		json_u64("type", rec->type);
		json_hex("data", log_text(rec), rec->len);
		return;
	}
	json_text("text", log_text(rec), rec->text_len);
	if (!utf8_valid(log_text(rec), rec->text_len))
		json_hex("data", log_text(rec), rec->text_len);
	json_fields(rec);
}

/* What of a record is within the braces. */
void log_json_record(const struct log_output *out, const struct lfvec_log_record *rec)
{
	char iso[64];

	log_iso_time(out->reader, rec->time, iso, sizeof(iso));
	json_u64("seq", rec->seq);
	json_u64("time_ns", rec->time);
	json_str("time", iso);
	json_u64("level", rec->level);
	json_str("level_name", level_names[rec->level]);
	json_u64("facility", rec->facility);
	json_u64("cpu", rec->cpu);
	json_str("context", context_names[rec->context]);
	json_u64("pid", rec->pid);
	json_text("comm", rec->comm, strnlen(rec->comm, sizeof(rec->comm)));
	json_flags(rec);
	json_payload(rec);
}

void log_json_note(u64 lost)
{
	if (lost)
		json_u64("lost", lost);
	else
		json_bool("destroyed", true);
}

static void json_record(struct log_output *out, const struct lfvec_log_record *rec)
{
	json_open(NULL, '{');
	log_json_record(out, rec);
	json_close('}');
	json_end();
}

static void json_note(struct log_output *out, u64 lost)
{
	(void)out;
	json_open(NULL, '{');
	log_json_note(lost);
	json_close('}');
	json_end();
}

const struct log_format log_as_json = { "json", NULL, json_record, json_note };

const char * const log_format_names[LOG_FORMATS] = {
	"text", "json", "syslog", "kmsg", "dmesg", "binary",
};

const struct log_format *log_format(const char *name)
{
	static const struct log_format * const all[LOG_FORMATS] = {
		&log_as_text, &log_as_json, &log_as_syslog, &log_as_kmsg,
		&log_as_dmesg, &log_as_binary,
	};

	return all[parse_name("format", name, log_format_names, LOG_FORMATS)];
}
