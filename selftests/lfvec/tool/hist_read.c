// SPDX-License-Identifier: GPL-2.0
/*
 * Histograms in the JSON that bench and run write: that of bench has one result a
 * line, that of run is one line
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "hist.h"

#define BENCH_BITS	5	/* of LFVEC_STRESS_BENCH_CELLS: 16 in each octave */
#define RUN_BITS	1

/* What follows "key": in @line, or NULL */
static const char *find(const char *line, const char *key)
{
	size_t len = strlen(key);

	while ((line = strchr(line, '"'))) {
		line++;
		if (!strncmp(line, key, len) && !strncmp(line + len, "\":", 2))
			return line + len + 2;
	}
	return NULL;
}

static u64 find_u64(const char *line, const char *key)
{
	const char *value = find(line, key);

	return value ? strtoull(value, NULL, 10) : 0;
}

/* A name, as it can be shown and quoted; "?" if there is none */
static void find_name(const char *line, const char *key, char *name, size_t size)
{
	const char *value = find(line, key);
	size_t i = 0;

	if (value && *value++ == '"')
		for (; i + 1 < size && (isalnum((unsigned char)value[i]) ||
					strchr("_-.", value[i])) && value[i]; i++)
			name[i] = value[i];
	if (!i)
		name[i++] = '?';
	name[i] = '\0';
}

/* Cells that hold something, in the order of their bounds; false if it is no such. */
static bool add_cell(struct hist *h, u64 end, u64 count)
{
	if (!count)
		return true;
	if (!end || end > 1ULL << 63 || h->nr == ARRAY_SIZE(h->end) ||
	    (h->nr && end <= h->end[h->nr - 1]))
		return false;
	h->end[h->nr] = end;
	h->count[h->nr++] = count;
	h->all += count;
	return true;
}

/* "[[17,3],[18,5]]" */
static bool read_pairs(struct hist *h, const char *s)
{
	u64 end, count;
	char *next;

	if (*s++ != '[')
		return false;
	while (*s == '[') {
		end = strtoull(s + 1, &next, 10);
		if (*next != ',')
			return false;
		count = strtoull(next + 1, &next, 10);
		if (*next != ']' || !add_cell(h, end, count))
			return false;
		s = next[1] == ',' ? next + 2 : next + 1;
	}
	return *s == ']' && h->nr;
}

/* "[0,3,5]": below 1, 2, 4 ns; and so on */
static bool read_powers(struct hist *h, const char *s)
{
	char *next;
	u32 i;

	if (*s++ != '[')
		return false;
	for (i = 0; i < 64; i++) {
		if (!add_cell(h, 1ULL << i, strtoull(s, &next, 10)))
			return false;
		if (next == s || *next == ']')
			break;
		s = next + 1;
	}
	return next != s && *next == ']';
}

/* A result of bench; false if it has no histogram. */
static bool read_result(struct hist *h, const char *line, const char *name)
{
	const char *latency = find(line, "latency"), *cells;
	char work[32], peer[32], memory[16];

	cells = latency ? find(latency, "histogram") : NULL;
	if (!cells)
		return false;
	*h = (struct hist){ .bits = BENCH_BITS };
	find_name(line, "work", work, sizeof(work));
	find_name(line, "peer", peer, sizeof(peer));
	find_name(line, "memory", memory, sizeof(memory));
	snprintf(h->title, sizeof(h->title), "%s, %s, %llu thr, %llu x %llu B, %s",
		 peer, work, find_u64(line, "threads"), find_u64(line, "elems"),
		 find_u64(line, "esize"), memory);
	h->longest = find_u64(latency, "max");
	if (!read_pairs(h, cells))
		die(EXIT_USAGE, "%s: %s: its histogram is not to be understood",
		    name, h->title);
	return true;
}

/* A run of one implementation, at @line: where the next one may be, or NULL */
static const char *read_run(struct hist *h, const char *line, const char *name)
{
	const char *cells = find(line, "hist_log2_ns");
	char impl[32];

	if (!cells)
		return NULL;
	*h = (struct hist){ .bits = RUN_BITS };
	find_name(line, "impl", impl, sizeof(impl));
	snprintf(h->title, sizeof(h->title), "%s, one in 16 operations of a run",
		 impl);
	if (!read_powers(h, cells))
		die(EXIT_USAGE, "%s: %s: its histogram is not to be understood",
		    name, h->title);
	return cells;
}

void hist_read(FILE *file, const char *name,
	       void (*show)(void *arg, const struct hist *h, const char *unit),
	       void *arg)
{
	static struct hist h;
	char unit[16] = "ns";
	const char *at;
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, file) > 0) {
		if (find(line, "schema"))
			find_name(line, "unit", unit, sizeof(unit));
		if (read_result(&h, line, name))
			show(arg, &h, unit);
		for (at = line; (at = read_run(&h, at, name)); )
			if (h.nr)
				show(arg, &h, "ns");
	}
	free(line);
}
