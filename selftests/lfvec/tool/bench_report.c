// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec bench: the table, and the JSON, one result a line
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define LABEL	38

static const struct {
	const char	*name;
	double		part;
} quantiles[] = {
	{ "p50", 0.5 }, { "p99", 0.99 }, { "p99.9", 0.999 }, { "p99.99", 0.9999 },
};

#define QUANTILES	ARRAY_SIZE(quantiles)

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct summary {
	double	median;
	double	min;
	double	max;
};

static struct summary summarize(const double *values, u32 nr)
{
	double sorted[BENCH_ROUNDS];

	memcpy(sorted, values, nr * sizeof(*sorted));
	qsort(sorted, nr, sizeof(*sorted), compare);
	return (struct summary){
		(sorted[(nr - 1) / 2] + sorted[nr / 2]) / 2,
		sorted[0], sorted[nr - 1],
	};
}

/* The first time that does not belong to that cell any more. */
static u64 cell_bound(u32 cell)
{
	return cell < 16 ? cell + 1 :
			   (17ULL + cell % 16) << (cell / 16 - 1);
}

static u64 hist_quantile(const u64 *hist, double quantile, u64 longest)
{
	u64 all = 0, seen = 0, bound;
	u32 i;

	for (i = 0; i < LFVEC_STRESS_BENCH_CELLS; i++)
		all += hist[i];
	for (i = 0; i < LFVEC_STRESS_BENCH_CELLS; i++) {
		seen += hist[i];
		if (hist[i] && seen >= quantile * all)
			break;
	}
	bound = cell_bound(i);
	return bound < longest ? bound : longest;
}

/* A row of the table: what to say of a result, for each peer. */
struct row {
	const struct bench_result	*results;
	int				quantile;	/* or VALUE, LONGEST */
};

#define VALUE	-1
#define LONGEST	((int)QUANTILES)

static void cell_text(const struct bench_result *r, int quantile, char *text,
		      size_t size)
{
	struct summary s;

	if (!r->rounds || (quantile != VALUE && !r->longest)) {
		snprintf(text, size, "-");
	} else if (quantile == LONGEST) {
		snprintf(text, size, "%llu", r->longest);
	} else if (quantile != VALUE) {
		snprintf(text, size, "%llu",
			 hist_quantile(r->hist, quantiles[quantile].part,
				       r->longest));
	} else {
		s = summarize(r->values, r->rounds);
		if (s.max - s.min < 0.1)
			snprintf(text, size, "%.1f", s.median);
		else
			snprintf(text, size, "%.1f (%.1f..%.1f)", s.median,
				 s.min, s.max);
	}
}

/* Has any peer something to say in this setting, or of latency? */
static bool any_peer(const struct bench_result *results, bool latency)
{
	u32 i;

	for (i = 0; i < LFVEC_STRESS_PEERS; i++)
		if (latency ? results[i].longest : results[i].rounds)
			return true;
	return false;
}

/* As wide as the widest cell; 0 if the peer can do none of it. */
static int column_width(const struct row *rows, u32 nr, u32 peer)
{
	int width = strlen(bench_peers[peer]), len;
	bool any = false;
	char text[64];
	u32 i;

	for (i = 0; i < nr; i++) {
		any |= rows[i].results[peer].rounds;
		cell_text(&rows[i].results[peer], rows[i].quantile, text,
			  sizeof(text));
		len = strlen(text);
		width = len > width ? len : width;
	}
	return any ? width : 0;
}

static void print_label(const struct row *row)
{
	const struct bench_result *r = row->results;
	char label[64];
	int len;

	len = snprintf(label, sizeof(label), "  %u thr, %llu x %u B, %s",
		       r->threads, r->elems, r->esize, bench_memories[r->memory]);
	if (row->quantile != VALUE)
		snprintf(label + len, sizeof(label) - len, ", %s",
			 row->quantile == LONGEST ? "max" :
						    quantiles[row->quantile].name);
	printf("%-*s", LABEL, label);
}

static void print_rows(const struct row *rows, u32 nr)
{
	int width[LFVEC_STRESS_PEERS], sum = 0;
	char text[64];
	u32 i, peer;

	for (peer = 0; peer < LFVEC_STRESS_PEERS; peer++) {
		width[peer] = column_width(rows, nr, peer);
		sum += width[peer];
	}
	if (!sum)
		return;
	printf("\n%-*s", LABEL, rows->results->work->name);
	for (peer = 0; peer < LFVEC_STRESS_PEERS; peer++)
		if (width[peer])
			printf("  %*s", width[peer], bench_peers[peer]);
	for (i = 0; i < nr; i++) {
		printf("\n");
		print_label(&rows[i]);
		for (peer = 0; peer < LFVEC_STRESS_PEERS; peer++) {
			cell_text(&rows[i].results[peer], rows[i].quantile,
				  text, sizeof(text));
			if (width[peer])
				printf("  %*s", width[peer], text);
		}
	}
	printf("\n");
}

/* First what an operation takes, then for each setting how that is distributed. */
void bench_table(const struct bench_result *results, u32 nr)
{
	struct row *rows = must_alloc(nr * (QUANTILES + 2), sizeof(*rows));
	const struct bench_result *at, *end = results + nr * LFVEC_STRESS_PEERS;
	u32 n = 0;
	int q;

	for (at = results; at < end; at += LFVEC_STRESS_PEERS)
		if (any_peer(at, false))
			rows[n++] = (struct row){ at, VALUE };
	for (at = results; at < end; at += LFVEC_STRESS_PEERS)
		for (q = 0; q <= LONGEST && any_peer(at, true); q++)
			rows[n++] = (struct row){ at, q };
	print_rows(rows, n);
	free(rows);
	fflush(stdout);
}

/* What follows @key in the first line of @path that has it; "unknown" if none has. */
static void find_text(const char *path, const char *key, const char *end,
		      char *text, size_t size)
{
	FILE *f = fopen(path, "r");
	char line[1024], *at;

	snprintf(text, size, "unknown");
	while (f && fgets(line, sizeof(line), f)) {
		at = strstr(line, key);
		if (!at)
			continue;
		at += strlen(key);
		at[strcspn(at, end)] = '\0';
		snprintf(text, size, "%s", at);
		break;
	}
	if (f)
		fclose(f);
}

/* No character that JSON would have one escape. */
static const char *plain(char *text)
{
	char *s;

	for (s = text; *s; s++)
		if (*s == '"' || *s == '\\' || *s < ' ')
			*s = ' ';
	return text;
}

void bench_json_begin(struct bench *b)
{
	char machine[128], compiler[128], date[16];
	time_t now = time(NULL);
	struct utsname uts;
	FILE *f = fopen(b->json, "w");

	if (!f)
		die(EXIT_CHECK, "%s: %s", b->json, strerror(errno));
	b->file = f;
	uname(&uts);
	find_text("/proc/cpuinfo", "model name\t: ", "\n", machine,
		  sizeof(machine));
	/* modules are built with what the kernel was built with */
	find_text("/proc/version", ") (", ",", compiler, sizeof(compiler));
	strftime(date, sizeof(date), "%Y-%m-%d", gmtime(&now));
	fprintf(f, "{\"schema\":\"lfvec-bench 1\",\"view\":\"%s\",\"unit\":\"%s\",",
		*b->unit == 'i' ? "icount" : "kernel", b->unit);
	fprintf(f, "\"kernel\":\"%s\",\"machine\":\"%s\",\"compiler\":\"%s\",",
		plain(uts.release), plain(machine), plain(compiler));
	fprintf(f, "\"date\":\"%s\",\"cpus\":%ld,\"rounds\":%u,\"results\":[",
		date, sysconf(_SC_NPROCESSORS_ONLN), b->rounds);
}

static void json_latency(FILE *f, const struct bench_result *r)
{
	const char *comma = "";
	u32 i;

	fprintf(f, ",\"latency\":{");
	for (i = 0; i < QUANTILES; i++)
		fprintf(f, "\"%s\":%llu,", quantiles[i].name,
			hist_quantile(r->hist, quantiles[i].part, r->longest));
	fprintf(f, "\"max\":%llu,\"histogram\":[", r->longest);
	for (i = 0; i < LFVEC_STRESS_BENCH_CELLS; i++) {
		if (!r->hist[i])
			continue;
		fprintf(f, "%s[%llu,%llu]", comma, cell_bound(i), r->hist[i]);
		comma = ",";
	}
	fprintf(f, "]}");
}

static void json_result(FILE *f, const struct bench_result *r)
{
	struct summary s = summarize(r->values, r->rounds);
	struct summary rate = summarize(r->rates, r->rounds);

	fprintf(f, "{\"peer\":\"%s\",\"work\":\"%s\",\"threads\":%u,",
		bench_peers[r->peer], r->work->name, r->threads);
	fprintf(f, "\"esize\":%u,\"elems\":%llu,\"memory\":\"%s\",",
		r->esize, r->elems, bench_memories[r->memory]);
	fprintf(f, "\"median\":%.2f,\"min\":%.2f,\"max\":%.2f,\"rate\":%.3f",
		s.median, s.min, s.max, rate.median);
	if (r->bytes)
		fprintf(f, ",\"bytes\":%.2f", r->bytes);
	if (r->longest)
		json_latency(f, r);
	fputc('}', f);
}

void bench_json(const struct bench *b, const struct bench_result *results,
		u32 nr)
{
	static const char *comma = "\n";
	u32 i;

	for (i = 0; i < nr * LFVEC_STRESS_PEERS; i++) {
		if (!results[i].rounds)
			continue;
		fputs(comma, b->file);
		json_result(b->file, &results[i]);
		comma = ",\n";
	}
}

void bench_json_end(const struct bench *b)
{
	fputs("\n]}\n", b->file);
	if (fclose(b->file))
		die(EXIT_RESOURCES, "%s: %s", b->json, strerror(errno));
}
