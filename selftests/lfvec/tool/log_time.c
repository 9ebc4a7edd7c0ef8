// SPDX-License-Identifier: GPL-2.0
/*
 * Times of records, as people write and read them
 */
#include <ctype.h>
#include <string.h>
#include <stdlib.h>
#include <time.h>

#include "log.h"

const char * const log_time_names[] = {
	[LOG_TIME_MONO]		= "mono",
	[LOG_TIME_LOCAL]	= "local",
	[LOG_TIME_ISO]		= "iso",
	[LOG_TIME_RELATIVE]	= "relative",
	[LOG_TIME_DELTA]	= "delta",
};

/* Skip ".123456"; its value in ns. */
static s64 parse_fraction(const char **s)
{
	s64 ns = 0, place = NS_PER_S / 10;

	if (**s != '.' && **s != ',')
		return 0;
	while (isdigit((unsigned char)*++*s)) {
		ns += (**s - '0') * place;
		place /= 10;
	}
	return ns;
}

/* "2026-01-31 12:00:00.5", "12:00"; today and local time unless it says more */
static bool parse_wall(const char *s, s64 *ns)
{
	static const char * const formats[] = {
		"%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M",
		"%Y-%m-%d", "%H:%M:%S", "%H:%M",
	};
	time_t now = time(NULL), t;
	struct tm today, tm;
	const char *end;
	unsigned int i;

	localtime_r(&now, &today);
	today.tm_sec = 0;
	today.tm_min = 0;
	today.tm_hour = 0;
	today.tm_isdst = -1;
	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		tm = today;
		end = strptime(s, formats[i], &tm);
		if (!end)
			continue;
		*ns = parse_fraction(&end);
		t = *end ? 0 : mktime(&tm);
		if (*end) {
			end = strptime(end, "%z", &tm);
			t = -tm.tm_gmtoff;
			t += timegm(&tm);
		}
		if (!end || *end)
			continue;
		*ns += (s64)t * NS_PER_S;
		return true;
	}
	return false;
}

/* "12.5", "-30s", "2h ago", "now", "+1m", "12:00:00", "2026-01-31 12:00:00" */
struct log_when parse_when(const char *what, const char *s)
{
	struct log_when when = { LOG_WHEN_AGO, 0 };
	size_t len = strlen(s);
	char span[32] = "";

	if (!strcmp(s, "now"))
		return when;
	if (parse_wall(s, &when.ns)) {
		when.kind = LOG_WHEN_WALL;
	} else if (len > 4 && len < sizeof(span) && !strcmp(s + len - 4, " ago")) {
		memcpy(span, s, len - 4);
		when.ns = parse_ns(what, span);
	} else if (*s == '-') {
		when.ns = parse_ns(what, s + 1);
	} else if (*s == '+') {
		when.ns = -(s64)parse_ns(what, s + 1);
	} else {
		when.kind = LOG_WHEN_CLOCK;
		when.ns = parse_ns(what, s);
	}
	return when;
}

/* The same by the log's clock, or @unset. */
s64 log_when(const struct log_when *when, const struct log_reader *r, s64 unset)
{
	switch (when->kind) {
	case LOG_WHEN_CLOCK:
		return when->ns;
	case LOG_WHEN_AGO:
		return r->info.now - when->ns;
	case LOG_WHEN_WALL:
		return r->info.now - r->wall + when->ns;
	default:
		return unset;
	}
}

static void wall_time(const struct log_reader *r, u64 time, struct tm *tm,
		      unsigned int *us)
{
	s64 ns = r->wall - r->info.now + time, rest = ns % NS_PER_S;
	time_t t;

	rest += rest < 0 ? NS_PER_S : 0;
	t = (ns - rest) / NS_PER_S;
	localtime_r(&t, tm);
	*us = rest / 1000;
}

/* 2026-01-31T12:00:00.123456+00:00 */
void log_iso_time(const struct log_reader *r, u64 time, char *buf, size_t size)
{
	char date[32], zone[8];
	struct tm tm;
	unsigned int us;

	wall_time(r, time, &tm, &us);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	snprintf(buf, size, "%s.%06u%.3s:%s", date, us, zone, zone + 3);
}

static void print_local(const struct log_reader *r, u64 time)
{
	char date[32];
	struct tm tm;
	unsigned int us;

	wall_time(r, time, &tm, &us);
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &tm);
	printf("%s.%06u", date, us);
}

static void print_seconds(s64 ns, const char *plus)
{
	u64 us = (ns < 0 ? -(u64)ns : ns) / 1000;
	char buf[32];

	snprintf(buf, sizeof(buf), "%s%llu.%06llu", ns < 0 ? "-" : plus,
		 us / 1000000, us % 1000000);
	printf("%12s", buf);
}

/* @since: the record before, or the moment to which times are relative */
void log_print_time(const struct log_reader *r, u64 time, enum log_time how,
		    s64 since)
{
	char iso[64];

	switch (how) {
	case LOG_TIME_LOCAL:
		print_local(r, time);
		break;
	case LOG_TIME_ISO:
		log_iso_time(r, time, iso, sizeof(iso));
		printf("%s", iso);
		break;
	case LOG_TIME_RELATIVE:
		printf("[");
		print_seconds(time - since, "+");
		printf("]");
		break;
	case LOG_TIME_DELTA:
		printf("[");
		print_seconds(time, "");
		printf(" <");
		print_seconds(time - since, "");
		printf(">]");
		break;
	default:
		printf("[");
		print_seconds(time, "");
		printf("]");
	}
}
