// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec hist - how times of single operations are distributed
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hist.h"

#define ROWS	32	/* of one histogram */
#define BAR	30

const struct opt hist_opts[] = {
	OPT('o', "only", "TEXT", "those with TEXT in their title"),
	OPT('p', "plot", "FILE",
	    "a curve of each, with gnuplot: what part of the operations took longer;\n"
	    "FILE ends with .svg, .png or .pdf, or with .gp for gnuplot's script"),
	OPT_END
};

const char hist_more[] =
	"FILE is what 'lfvec bench --latency --json FILE' or 'lfvec run --json' writes,\n"
	"or - for stdin. Times include what it takes to read the clock.\n";

struct args {
	const char	*only;
	const char	*plot;
	u64		shown;
	FILE		*gnuplot;
};

/* All that @value has in common with others in its row: its first @bits bits. */
static u64 row_start(u64 value, u32 bits)
{
	u32 used = value ? 64 - __builtin_clzll(value) : 0;

	return used > bits ? value >> (used - bits) << (used - bits) : value;
}

static u64 row_end(u64 start, u32 bits)
{
	u32 used = start ? 64 - __builtin_clzll(start) : 0;

	return start + (used > bits ? 1ULL << (used - bits) : 1);
}

static u32 count_rows(const struct hist *h, u32 bits)
{
	u64 last = h->end[h->nr - 1], at = row_start(h->end[0] - 1, bits);
	u32 rows = 0;

	for (; at < last && rows <= ROWS; at = row_end(at, bits))
		rows++;
	return rows;
}

/* As fine as it may be. */
static u32 choose_bits(const struct hist *h)
{
	u32 bits = h->bits;

	while (bits > 1 && count_rows(h, bits) > ROWS)
		bits--;
	return bits;
}

/* How many of @h are below @end, from *@i on, which moves on */
static u64 take_below(const struct hist *h, u32 *i, u64 end)
{
	u64 sum = 0;

	while (*i < h->nr && h->end[*i] <= end)
		sum += h->count[(*i)++];
	return sum;
}

static u64 most_in_row(const struct hist *h, u32 bits)
{
	u64 at = row_start(h->end[0] - 1, bits), most = 1, sum;
	u32 i = 0;

	for (; i < h->nr; at = row_end(at, bits)) {
		sum = take_below(h, &i, row_end(at, bits));
		most = sum > most ? sum : most;
	}
	return most;
}

static void print_hist(const struct hist *h, const char *unit)
{
	u32 bits = choose_bits(h), i = 0;
	u64 at = row_start(h->end[0] - 1, bits), most = most_in_row(h, bits);
	u64 sum, seen = 0;
	int bar;

	printf("%s\n  %12s %12s %12s\n", h->title, unit, "operations", "so far");
	for (; i < h->nr; at = row_end(at, bits)) {
		sum = take_below(h, &i, row_end(at, bits));
		seen += sum;
		printf("  < %10llu %12llu %10.4f %%", row_end(at, bits), sum,
		       seen * 100.0 / h->all);
		bar = (double)sum / most * BAR;
		printf("%s%.*s\n", bar ? "  " : "", bar,
		       "##############################");
	}
	if (h->longest)
		printf("  longest %llu\n", h->longest);
	printf("\n");
}

static bool ends_with(const char *s, const char *end)
{
	size_t len = strlen(s), n = strlen(end);

	return len > n && !strcmp(s + len - n, end);
}

static const char *plot_terminal(const char *file)
{
	if (ends_with(file, ".svg"))
		return "svg size 900,600 dynamic background 'white'";
	if (ends_with(file, ".png"))
		return "png size 900,600";
	if (ends_with(file, ".pdf"))
		return "pdfcairo size 9in,6in";
	return NULL;
}

static void plot_check(const char *file)
{
	if (!ends_with(file, ".gp") && !plot_terminal(file))
		usage("plot: %s: ends with .svg, .png, .pdf or .gp", file);
	if (strchr(file, '\'') || strchr(file, '\n'))
		usage("plot: %s: no quotes, no line breaks", file);
}

static void plot_begin(struct args *a, const char *unit)
{
	const char *terminal = plot_terminal(a->plot);

	signal(SIGPIPE, SIG_IGN);
	a->gnuplot = terminal ? popen("gnuplot", "we") : fopen(a->plot, "we");
	if (!a->gnuplot)
		die(EXIT_CHECK, "%s: %s", a->plot, strerror(errno));
	if (terminal)
		fprintf(a->gnuplot, "set terminal %s\nset output '%s'\n", terminal,
			a->plot);
	fprintf(a->gnuplot,
		"set logscale xy\nset xlabel '%s'\nset format y '10^{%%L}'\n"
		"set ylabel 'part of the operations that took longer'\nset grid\n",
		unit);
}

/* Data of each, to be plotted at the end */
static void plot_data(const struct args *a, const struct hist *h)
{
	u64 seen = 0;
	u32 i;

	fprintf(a->gnuplot, "$h%llu << END\n", a->shown);
	for (i = 0; i < h->nr; i++) {
		fprintf(a->gnuplot, "%llu %g\n", h->end[i],
			(double)(h->all - seen) / h->all);
		seen += h->count[i];
	}
	fprintf(a->gnuplot, "END\nt%llu = '%s'\n", a->shown, h->title);
}

static void plot_end(const struct args *a)
{
	int status;
	u64 i;

	for (i = 0; i < a->shown; i++)
		fprintf(a->gnuplot, "%s $h%llu using 1:2 with fsteps title t%llu noenhanced",
			i ? "," : "plot", i, i);
	fprintf(a->gnuplot, "\n");
	if (!plot_terminal(a->plot)) {
		if (fclose(a->gnuplot))
			die(EXIT_RESOURCES, "%s: %s", a->plot, strerror(errno));
		return;
	}
	status = pclose(a->gnuplot);
	if (status == 127 << 8)
		die(EXIT_MISSING,
		    "there is no gnuplot: install it, or let FILE end with .gp for its script");
	if (status)
		die(EXIT_CHECK, "%s: gnuplot failed", a->plot);
}

static void show(void *arg, const struct hist *h, const char *unit)
{
	struct args *a = arg;

	if (a->only && !strstr(h->title, a->only))
		return;
	print_hist(h, unit);
	if (a->plot && !a->gnuplot)
		plot_begin(a, unit);
	if (a->plot)
		plot_data(a, h);
	a->shown++;
}

int cmd_hist(int argc, char **argv)
{
	struct args a = { NULL };
	FILE *file;
	int opt;

	while ((opt = next_option(argc, argv)) != -1) {
		if (opt == 'o')
			a.only = optarg;
		else
			a.plot = optarg;
	}
	argv = rest_of(argc, argv, 1, 1);
	if (a.plot)
		plot_check(a.plot);
	file = strcmp(argv[0], "-") ? fopen(argv[0], "re") : stdin;
	if (!file)
		die(EXIT_USAGE, "%s: %s", argv[0], strerror(errno));
	hist_read(file, argv[0], show, &a);
	if (!a.shown)
		die(EXIT_CHECK, "%s: no times of single operations%s%s\n"
		    "lfvec bench --latency --json FILE writes some",
		    argv[0], a.only ? " with this title: " : "",
		    a.only ? a.only : "");
	if (a.plot)
		plot_end(&a);
	return EXIT_CLEAN;
}
