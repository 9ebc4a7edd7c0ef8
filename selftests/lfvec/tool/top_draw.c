// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec top: what it shows
 */
#include <string.h>
#include <time.h>

#include "top.h"

#define HEIGHT	6	/* of a histogram */

/* "1.23M": three digits, up to 999T */
static void print_scaled(FILE *out, double value, double factor, const char *end)
{
	static const char units[] = " KMGTP";
	const char *unit = units;
	char text[32];

	for (; value >= 999.5 && unit[1]; unit++)
		value /= factor;
	if (unit == units)
		snprintf(text, sizeof(text), value && value < 9.95 ? "%.1f" : "%.0f",
			 value);
	else
		snprintf(text, sizeof(text), "%.*f%c%s",
			 value < 9.995 ? 2 : value < 99.95, value,
			 factor == 1000 && *unit == 'K' ? 'k' : *unit, end);
	fprintf(out, " %7s", text);
}

static void print_count(FILE *out, u64 value)
{
	if (value < 10000)
		fprintf(out, " %7llu", value);
	else
		print_scaled(out, value, 1000, "");
}

static double trail_most(const struct top_trail *trail)
{
	double most = 0;
	u32 i;

	for (i = 0; i < trail->nr; i++)
		if (trail->rate[i] > most)
			most = trail->rate[i];
	return most;
}

/* The last of them, from nothing to the most */
static void print_trail(FILE *out, const struct top_trail *trail)
{
	static const char levels[] = " .:-=+*#";
	double most = trail_most(trail);
	u32 i = trail->nr > 20 ? trail->nr - 20 : 0;

	fprintf(out, "  |");
	for (; i < trail->nr; i++)
		fputc(most ? levels[(int)(trail->rate[i] / most * 7)] : ' ', out);
	fprintf(out, "|\n");
}

static int name_width(const struct top *t)
{
	int width = 8;
	u32 i;

	for (i = 0; i < t->nr; i++)
		if ((int)strlen(t->item[i].name) > width)
			width = strlen(t->item[i].name);
	return width;
}

static void print_heading(FILE *out, bool is_log, int width)
{
	u32 i;

	fprintf(out, "\n%-*s %7s %7s %7s", width, is_log ? "LOG" : "VECTOR",
		is_log ? "RECORDS" : "SIZE", "ROOM", "MEMORY");
	for (i = 0; i < TOP_COUNTERS; i++)
		if (top_columns[is_log].name[i])
			fprintf(out, " %7s", top_columns[is_log].name[i]);
	if (is_log)
		fprintf(out, " %7s %7s", "LEVEL", "READERS");
	fprintf(out, "  SO FAR\n");
}

static void print_item(FILE *out, const struct top_item *item, int width)
{
	u32 i;

	fprintf(out, "%-*s", width, item->name);
	print_count(out, item->size);
	print_count(out, item->room);
	print_scaled(out, item->memory, 1024, "iB");
	for (i = 0; i < TOP_COUNTERS; i++) {
		if (!top_columns[item->is_log].name[i])
			continue;
		if (item->trail.nr)
			print_scaled(out, item->rate[i], 1000, "");
		else
			fprintf(out, " %7s", "-");
	}
	if (item->is_log)
		fprintf(out, " %7s %7u", item->level < LEVELS ?
			level_names[item->level] : "?", item->readers);
	print_trail(out, &item->trail);
}

static u32 print_items(FILE *out, const struct top *t, bool is_log)
{
	int width = name_width(t);
	u32 i, nr = 0;

	for (i = 0; i < t->nr; i++) {
		if (t->item[i].is_log != is_log)
			continue;
		if (!nr++)
			print_heading(out, is_log, width);
		print_item(out, &t->item[i], width);
	}
	return nr;
}

/* A column for each interval */
static void print_histogram(FILE *out, const char *title,
			    const struct top_trail *trail)
{
	double most = trail_most(trail);
	u32 row, i;

	if (trail->nr < 2 || !most)
		return;
	fprintf(out, "\n%s, in the last %u intervals\n", title, trail->nr);
	for (row = HEIGHT; row; row--) {
		if (row == HEIGHT)
			print_scaled(out, most, 1000, "");
		else
			fprintf(out, " %7s", row == 1 ? "0" : "");
		fprintf(out, " |");
		for (i = 0; i < trail->nr; i++)
			fputc(trail->rate[i] * HEIGHT > most * (row - 0.5) ? '#' :
			      ' ', out);
		fprintf(out, "\n");
	}
}

void top_draw(FILE *out, const struct top *t)
{
	time_t now = time(NULL);
	u32 vectors = 0, i;
	char text[16];
	struct tm tm;

	strftime(text, sizeof(text), "%H:%M:%S", localtime_r(&now, &tm));
	for (i = 0; i < t->nr; i++)
		vectors += !t->item[i].is_log;
	fprintf(out, "lfvec top, %s: %u vectors, %u logs; every %g s; q ends\n",
		text, vectors, t->nr - vectors, t->interval / 1e9);
	if (t->refused)
		fprintf(out, "%u more logs may not be read: that takes root, or whom ls -l "
			LOG_DIR " names\n", t->refused);
	if (!t->nr)
		fprintf(out, "\nThere is no named vector, and no log. These make some:\n"
			"  lfvec create NAME\n  lfvec log create NAME\n");
	if (print_items(out, t, false))
		print_histogram(out, "pushes, pops and stores a second", &t->all[0]);
	if (print_items(out, t, true))
		print_histogram(out, "records written a second", &t->all[1]);
}
