// SPDX-License-Identifier: GPL-2.0
/*
 * ns an operation: the vector, what else might be taken, what the machine takes
 *
 *	bench			the short table
 *	bench --long		everything
 *	bench --help		what can be chosen
 *
 * Peers are interleaved: of each round of a row each peer has its turn. Time is what
 * one thread has between two of its operations, so that threads that do not disturb
 * each other take as long as one.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include <linux/kernel.h>
#include <linux/log2.h>

#include "histogram.h"
#include "bench.h"
#include "load.h"
#include "stub.h"

#define LIST_MAX	16
#define ROUNDS_MAX	99
#define ELEMS_MAX	100000000UL
#define OPS_MAX		100000000UL
#define OPS_DEFAULT	200000UL
#define OPS_LATENCY	500000UL
#define ROUNDS		5

static const char * const work_names[BENCH_WORKS] = {
	"push", "append", "push_many4", "push_many16", "push_many64", "pop",
	"push-pop", "store", "load", "iterate", "mix-15-5-10-70",
	"mix-30-20-20-30", "mix-35-0-35-30", "xadd", "cmpxchg", "line", "miss",
};

static const struct bench_peer * const peers[] = {
	&bench_lfvec, &bench_append_only, &bench_fetch_add, &bench_spinlock,
	&bench_mutex, &bench_array, &bench_tbb, &bench_wfcqueue,
	&bench_lfstack, &bench_ck_stack, &bench_published, &bench_limit,
};

#define PEERS		ARRAY_SIZE(peers)
#define ALL_PEERS	(BIT(PEERS) - 1)
#define PUBLISHED	BIT(PEERS - 2)
#define ALL_WORKS	(BIT(BENCH_WORKS) - 1)
#define LIMITS		(BIT(BENCH_XADD) | BIT(BENCH_CMPXCHG) |		\
			 BIT(BENCH_LINE) | BIT(BENCH_MISS))

enum { WARM = 1, COLD = 2 };

struct list {
	unsigned int	nr;
	unsigned long	value[LIST_MAX];
};

/* What to measure: each of one list with each of the others. */
struct plan {
	unsigned long	peers;
	unsigned long	works;
	struct list	threads;
	struct list	esize;
	struct list	elems;
	unsigned long	memory;
	unsigned long	ops;
	unsigned long	rounds;
	bool		latency;
};

/* Of a stretch that ends when all are there, the beginning must not matter. */
#define FILLS		(BIT(BENCH_PUSH) | BIT(BENCH_APPEND) |		\
			 BIT(BENCH_PUSH_MANY4) | BIT(BENCH_PUSH_MANY16) | \
			 BIT(BENCH_PUSH_MANY64) | BIT(BENCH_POP))
#define FILLS_ELEMS	100000UL
#define OTHER_ELEMS	10000UL

static const struct plan plan_short = {
	.peers = ALL_PEERS,
	.works = ALL_WORKS & ~(BIT(BENCH_PUSH_MANY4) | BIT(BENCH_PUSH_MANY64)),
	.threads = { 2, { 1, 2 } }, .esize = { 1, { 8 } },
	.memory = WARM, .ops = OPS_DEFAULT, .rounds = ROUNDS,
};

#define MIXES		(BIT(BENCH_MIX_15_5_10_70) |			\
			 BIT(BENCH_MIX_30_20_20_30) | BIT(BENCH_MIX_35_0_35_30))
#define SOME		(BIT(BENCH_PUSH) | BIT(BENCH_APPEND) |		\
			 BIT(BENCH_PUSH_POP) | BIT(BENCH_STORE) | BIT(BENCH_LOAD))

/* No row is in two of them. */
static const struct plan plans_long[] = {
	{	/* by threads */
		.peers = ALL_PEERS, .works = BIT(BENCH_PUSH),
		.threads = { 6, { 1, 2, 3, 4, 6, 8 } }, .esize = { 1, { 8 } },
		.memory = WARM, .ops = OPS_DEFAULT, .rounds = ROUNDS,
	}, {	/* for longer than a time slice */
		.peers = ALL_PEERS, .works = BIT(BENCH_PUSH_POP),
		.threads = { 6, { 1, 2, 3, 4, 6, 8 } }, .esize = { 1, { 8 } },
		.memory = WARM, .ops = OPS_LATENCY, .rounds = ROUNDS,
		.latency = true,
	}, {
		.peers = ALL_PEERS, .works = MIXES,
		.threads = { 4, { 1, 2, 4, 8 } }, .esize = { 1, { 8 } },
		.memory = WARM, .ops = OPS_DEFAULT, .rounds = ROUNDS,
		.latency = true,
	}, {
		.peers = ALL_PEERS,
		.works = ALL_WORKS & ~(BIT(BENCH_PUSH) | BIT(BENCH_PUSH_POP) | MIXES),
		.threads = { 4, { 1, 2, 4, 8 } }, .esize = { 1, { 8 } },
		.memory = WARM, .ops = OPS_DEFAULT, .rounds = ROUNDS,
	}, {	/* by elements */
		.peers = ALL_PEERS, .works = BIT(BENCH_PUSH) | BIT(BENCH_APPEND),
		.threads = { 1, { 1 } }, .esize = { 1, { 8 } },
		.elems = { 3, { 1000, 10000, 1000000 } },
		.memory = WARM, .ops = OPS_DEFAULT, .rounds = ROUNDS,
	}, {
		.peers = ALL_PEERS, .works = BIT(BENCH_LOAD) | BIT(BENCH_ITERATE),
		.threads = { 1, { 1 } }, .esize = { 1, { 8 } },
		.elems = { 3, { 1000, 100000, 1000000 } },
		.memory = WARM, .ops = OPS_DEFAULT, .rounds = ROUNDS,
	}, {	/* which the published form would take gigabytes for */
		.peers = ALL_PEERS & ~PUBLISHED,
		.works = BIT(BENCH_PUSH) | BIT(BENCH_APPEND) | BIT(BENCH_LOAD),
		.threads = { 1, { 1 } }, .esize = { 1, { 8 } },
		.elems = { 1, { 10000000 } },
		.memory = WARM, .ops = OPS_DEFAULT, .rounds = ROUNDS,
	}, {
		.peers = ALL_PEERS, .works = BIT(BENCH_LOAD) | BIT(BENCH_STORE),
		.threads = { 1, { 2 } }, .esize = { 1, { 8 } },
		.elems = { 1, { 1000000 } },
		.memory = WARM, .ops = OPS_DEFAULT, .rounds = ROUNDS,
	}, {	/* by their size */
		.peers = ALL_PEERS, .works = SOME,
		.threads = { 2, { 1, 2 } }, .esize = { 2, { 64, 256 } },
		.memory = WARM, .ops = OPS_DEFAULT, .rounds = ROUNDS,
	}, {
		.peers = ALL_PEERS, .works = ALL_WORKS & ~LIMITS,
		.threads = { 1, { 1 } }, .esize = { 1, { 8 } },
		.elems = { 1, { OTHER_ELEMS } },
		.memory = COLD, .ops = OTHER_ELEMS, .rounds = 3 * ROUNDS,
	},
};

/* --- output ----------------------------------------------------------------- */

static FILE *json;
static bool json_first = true;

/* Of /proc/cpuinfo, or what the compiler was told. */
static void machine_name(char *name, size_t size)
{
	FILE *file = fopen("/proc/cpuinfo", "r");
	char line[256], *colon;
	struct utsname u;

	uname(&u);
	snprintf(name, size, "%s", u.machine);
	while (file && fgets(line, sizeof(line), file)) {
		colon = strstr(line, ": ");
		if (!colon || strncmp(line, "model name", 10))
			continue;
		line[strcspn(line, "\n\"\\")] = '\0';
		snprintf(name, size, "%s, %s", colon + 2, u.machine);
		break;
	}
	if (file)
		fclose(file);
}

/* The version alone: what a distributor or user adds tells nothing here. */
static void kernel_name(char *name, size_t size)
{
	struct utsname u;

	uname(&u);
	snprintf(name, size, "%.*s", (int)strcspn(u.release, "-"), u.release);
}

static void json_begin(unsigned long rounds)
{
	char machine[320], kernel[80], date[16];
	time_t now = time(NULL);

	machine_name(machine, sizeof(machine));
	kernel_name(kernel, sizeof(kernel));
	strftime(date, sizeof(date), "%Y-%m-%d", gmtime(&now));
	fprintf(json, "{\"schema\":\"lfvec-bench 1\",\"view\":\"user\",");
	fprintf(json, "\"unit\":\"ns\",\"kernel\":\"%s\",", kernel);
	fprintf(json, "\"machine\":\"%s\",\"compiler\":\"gcc %s\",", machine,
		__VERSION__);
	fprintf(json, "\"date\":\"%s\",\"cpus\":%u,\"rounds\":%lu,\"results\":[",
		date, bench_cpus(), rounds);
}

static u64 histogram_total(const struct histogram *h)
{
	u64 total = 0;
	unsigned int i;

	for (i = 0; i < HISTOGRAM_CELLS; i++)
		total += h->cell[i];
	return total;
}

/* What is to be known of latency: how long all but one of @part took at most. */
static const struct {
	const char	*name;
	u64		part;
} points[] = {
	{ "p50", 2 }, { "p99", 100 }, { "p99.9", 1000 }, { "p99.99", 10000 },
	{ "max", ~0ULL },
};

static u64 point(const struct histogram *h, unsigned int i)
{
	return histogram_above(h, histogram_total(h) / points[i].part);
}

/* As that of lfvec bench, with the first value that is beyond each cell. */
static void json_latency(const struct histogram *h)
{
	const char *comma = "";
	unsigned int i;

	fprintf(json, ",\"latency\":{");
	for (i = 0; i < ARRAY_SIZE(points); i++)
		fprintf(json, "\"%s\":%lu,", points[i].name, point(h, i));
	fprintf(json, "\"histogram\":[");
	for (i = 0; i < HISTOGRAM_CELLS; i++) {
		if (!h->cell[i])
			continue;
		fprintf(json, "%s[%lu,%lu]", comma, histogram_bound(i) + 1,
			h->cell[i]);
		comma = ",";
	}
	fprintf(json, "]}");
}

static void json_result(const char *peer, const struct bench_setting *s,
			const struct bench_result *r)
{
	fprintf(json, "%s\n{\"peer\":\"%s\",\"work\":\"%s\",\"threads\":%u,",
		json_first ? "" : ",", peer, work_names[s->work], s->threads);
	fprintf(json, "\"esize\":%u,\"elems\":%lu,\"memory\":\"%s\",", s->esize,
		s->elems, s->cold ? "cold" : "warm");
	fprintf(json, "\"median\":%.2f,\"min\":%.2f,\"max\":%.2f,\"rate\":%.3f",
		r->median, r->min, r->max, r->rate);
	if (r->bytes)
		fprintf(json, ",\"bytes\":%.1f", r->bytes);
	if (r->histogram)
		json_latency(r->histogram);
	fprintf(json, "}");
	json_first = false;
}

static void json_end(void)
{
	fprintf(json, "\n]}\n");
}

/* The columns of a work: whoever can do it. */
static void table_head(const struct bench_setting *s, unsigned long columns)
{
	unsigned int i;

	printf("\n%-16s %7s %5s %8s %4s", work_names[s->work], "threads", "esize",
	       "elems", "mem");
	for_each_set_bit(i, &columns, PEERS)
		printf(" %21s", peers[i]->name);
	printf("\n");
}

static void table_row(const struct bench_setting *s, unsigned long columns,
		      const struct bench_result *results)
{
	char text[64];
	unsigned int i;

	printf("%-16s %7u %5u %8lu %4s", "", s->threads, s->esize, s->elems,
	       s->cold ? "cold" : "warm");
	for_each_set_bit(i, &columns, PEERS) {
		snprintf(text, sizeof(text), "%.1f (%.1f..%.1f)",
			 results[i].median, results[i].min, results[i].max);
		printf(" %21s", results[i].median ? text : "-");
	}
	printf("\n");
}

/* One line for each of what is known of latency. */
static void table_latency(unsigned long columns,
			  const struct bench_result *results)
{
	const struct histogram *h;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(points); i++) {
		printf("%44s", points[i].name);
		for_each_set_bit(j, &columns, PEERS) {
			h = results[j].histogram;
			printf(" %21lu", h ? point(h, i) : 0);
		}
		printf("\n");
	}
}

/* --- one row ---------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void evaluate(struct bench_result *r, const struct bench_setting *s,
		     double *ns)
{
	qsort(ns, s->rounds, sizeof(*ns), by_value);
	r->min = ns[0];
	r->max = ns[s->rounds - 1];
	r->median = (ns[s->rounds / 2] + ns[(s->rounds - 1) / 2]) / 2;
	r->rate = s->threads * 1000 / r->median;
}

static unsigned long who_can(const struct bench_setting *s, unsigned long among)
{
	unsigned long can = 0;
	unsigned int i;

	for_each_set_bit(i, &among, PEERS)
		if (bench_can(peers[i], s))
			can |= BIT(i);
	return can;
}

static void measure(const struct bench_setting *s, unsigned long can,
		    struct bench_result *results)
{
	double ns[PEERS][ROUNDS_MAX];
	unsigned int i, round;

	for_each_set_bit(i, &can, PEERS) {
		results[i].bytes = bench_bytes(peers[i], s);
		if (s->latency)
			results[i].histogram = calloc(1, sizeof(struct histogram));
	}
	for (round = 0; round < s->rounds; round++)
		for_each_set_bit(i, &can, PEERS)
			ns[i][round] = bench_round(peers[i], s, NULL);
	/* Apart, as looking at the clock takes as long as an operation. */
	for (round = 0; round < s->rounds && s->latency; round++)
		for_each_set_bit(i, &can, PEERS)
			bench_round(peers[i], s, results[i].histogram);
	for_each_set_bit(i, &can, PEERS)
		evaluate(&results[i], s, ns[i]);
}

/* @columns: of the table, 0 if it has none yet */
static void row(const struct bench_setting *s, unsigned long among,
		unsigned long *columns)
{
	struct bench_result results[PEERS] = { };
	unsigned long can = who_can(s, among);
	unsigned int i;

	if (!can)
		return;
	if (!*columns) {
		*columns = can;
		table_head(s, can);
	}
	measure(s, can, results);
	table_row(s, *columns, results);
	if (s->latency)
		table_latency(*columns, results);
	for_each_set_bit(i, &can, PEERS) {
		if (json)
			json_result(peers[i]->name, s, &results[i]);
		free(results[i].histogram);
	}
	fflush(stdout);
}

/* --- what to measure -------------------------------------------------------- */

static void work_rows(const struct plan *plan, enum bench_work work, bool cold)
{
	/* Limits have no elements. */
	bool limit = BIT(work) & LIMITS;
	unsigned int esizes = limit ? 1 : plan->esize.nr;
	unsigned int elems = limit || !plan->elems.nr ? 1 : plan->elems.nr;
	unsigned int nr = esizes * elems * plan->threads.nr, i, j;
	unsigned long columns = 0;

	for (i = 0; i < nr; i++) {
		struct bench_setting s = {
			.work = work, .cold = cold, .latency = plan->latency && !limit,
			.ops = plan->ops, .rounds = plan->rounds,
		};

		j = i / plan->threads.nr;
		s.threads = plan->threads.value[i % plan->threads.nr];
		if (plan->elems.nr)
			s.elems = plan->elems.value[j % elems];
		else
			s.elems = BIT(work) & FILLS ? FILLS_ELEMS : OTHER_ELEMS;
		s.esize = plan->esize.value[j / elems];
		row(&s, plan->peers, &columns);
	}
}

static void do_plan(const struct plan *plan)
{
	unsigned int work;

	for_each_set_bit(work, &plan->works, BENCH_WORKS) {
		if (plan->memory & WARM)
			work_rows(plan, work, false);
		if (plan->memory & COLD && !(BIT(work) & LIMITS))
			work_rows(plan, work, true);
	}
}

static void usage(FILE *to)
{
	unsigned int i;

	fprintf(to, "bench [OPTION]...\n"
		"  --peer LIST       of those below, or all\n"
		"  --work LIST       of those below, or all\n"
		"  --threads LIST    1 to %u\n"
		"  --esize LIST      bytes of an element: 8, 64, 256\n"
		"  --elems LIST      how many there are, or are pushed before it starts anew\n"
		"  --rounds N        of which the median is taken, at most %u\n"
		"  --ops N           of a thread in a round\n"
		"  --latency         also the time of single operations\n"
		"  --memory LIST     warm, cold\n"
		"  --json FILE       the same there, for plots\n"
		"  --long            everything; nothing of the above but --json\n"
		"peers:", BENCH_THREADS_MAX, ROUNDS_MAX);
	for (i = 0; i < PEERS; i++)
		fprintf(to, " %s", peers[i]->name);
	fprintf(to, "\nworks:");
	for (i = 0; i < BENCH_WORKS; i++)
		fprintf(to, " %s", work_names[i]);
	fprintf(to, "\n");
}

static void bad(const char *option, const char *arg)
{
	fprintf(stderr, "bench: --%s: not possible: %s\n", option, arg);
	exit(2);
}

static const char *peer_name(unsigned int nr)
{
	return nr < PEERS ? peers[nr]->name : NULL;
}

static const char *work_name(unsigned int nr)
{
	return nr < BENCH_WORKS ? work_names[nr] : NULL;
}

static const char *memory_name(unsigned int nr)
{
	static const char * const names[] = { "warm", "cold" };

	return nr < ARRAY_SIZE(names) ? names[nr] : NULL;
}

/* Bits of the names in a list; all of them for "all". */
static unsigned long names(const char *option, char *arg,
			   const char *(*name)(unsigned int nr))
{
	unsigned long bits = 0;
	char *word;
	unsigned int i;

	for (word = strtok(arg, ","); word; word = strtok(NULL, ",")) {
		bool all = !strcmp(word, "all"), known = all;

		for (i = 0; name(i); i++) {
			if (!all && strcmp(name(i), word))
				continue;
			bits |= BIT(i);
			known = true;
		}
		if (!known)
			bad(option, word);
	}
	if (!bits)
		bad(option, "nothing");
	return bits;
}

/* A number with k or M behind it, 1 to @most. */
static unsigned long number(const char *option, char *arg, unsigned long most)
{
	size_t len = strlen(arg);
	unsigned long unit = 1, nr;

	if (len > 1 && strchr("kM", arg[len - 1])) {
		unit = arg[len - 1] == 'k' ? 1000 : 1000000;
		arg[len - 1] = '\0';
	}
	if (!load_number(arg, most / unit, &nr) || !nr)
		bad(option, arg);
	return nr * unit;
}

static struct list numbers(const char *option, char *arg, unsigned long most)
{
	struct list list = { };
	char *word;

	for (word = strtok(arg, ","); word; word = strtok(NULL, ",")) {
		if (list.nr == LIST_MAX)
			bad(option, "so many");
		list.value[list.nr++] = number(option, word, most);
	}
	if (!list.nr)
		bad(option, "nothing");
	return list;
}

static struct list esizes(const char *option, char *arg)
{
	struct list list = numbers(option, arg, BENCH_ESIZE_MAX);
	unsigned int i;

	for (i = 0; i < list.nr; i++)
		if (list.value[i] != 8 && list.value[i] != 64 &&
		    list.value[i] != 256)
			bad(option, "only 8, 64, 256 are");
	return list;
}

static void json_open(const char *option, const char *path)
{
	json = fopen(path, "w");
	if (!json)
		bad(option, path);
}

static const struct option options[] = {
	{ "peer",	required_argument, NULL, 'p' },
	{ "work",	required_argument, NULL, 'w' },
	{ "threads",	required_argument, NULL, 't' },
	{ "esize",	required_argument, NULL, 's' },
	{ "elems",	required_argument, NULL, 'n' },
	{ "rounds",	required_argument, NULL, 'r' },
	{ "ops",	required_argument, NULL, 'o' },
	{ "latency",	no_argument, NULL, 'l' },
	{ "memory",	required_argument, NULL, 'm' },
	{ "json",	required_argument, NULL, 'j' },
	{ "long",	no_argument, NULL, 'L' },
	{ "help",	no_argument, NULL, 'h' },
	{ }
};

/* Returns whether all is to be measured. */
static bool parse(int argc, char **argv, struct plan *plan)
{
	bool all = false;
	int c, i;

	while ((c = getopt_long(argc, argv, "", options, &i)) != -1) {
		switch (c) {
		case 'p':
			plan->peers = names(options[i].name, optarg, peer_name);
			break;
		case 'w':
			plan->works = names(options[i].name, optarg, work_name);
			break;
		case 't':
			plan->threads = numbers(options[i].name, optarg,
						BENCH_THREADS_MAX);
			break;
		case 's':
			plan->esize = esizes(options[i].name, optarg);
			break;
		case 'n':
			plan->elems = numbers(options[i].name, optarg, ELEMS_MAX);
			break;
		case 'r':
			plan->rounds = number(options[i].name, optarg, ROUNDS_MAX);
			break;
		case 'o':
			plan->ops = number(options[i].name, optarg, OPS_MAX);
			break;
		case 'l':
			plan->latency = true;
			break;
		case 'm':
			plan->memory = names(options[i].name, optarg, memory_name);
			break;
		case 'j':
			json_open(options[i].name, optarg);
			break;
		case 'L':
			all = true;
			break;
		default:
			usage(c == 'h' ? stdout : stderr);
			exit(c == 'h' ? 0 : 2);
		}
	}
	if (optind < argc) {
		usage(stderr);
		exit(2);
	}
	return all;
}

/*
 * A kernel's memory is mapped by large pages: have malloc() ask for some. It looks
 * for this only when a program starts.
 */
static void large_pages(char **argv)
{
	static const char name[] = "GLIBC_TUNABLES";

	if (!getenv(name) && !setenv(name, "glibc.malloc.hugetlb=1", 1))
		execv("/proc/self/exe", argv);
}

int main(int argc, char **argv)
{
	struct plan plan = plan_short;
	unsigned int i;
	bool all;

	large_pages(argv);
	all = parse(argc, argv, &plan);
	bench_init();
	if (json)
		json_begin(plan.rounds);
	printf("ns an operation, of batches and iterations an element: median (min..max)\n");
	if (!all)
		do_plan(&plan);
	for (i = 0; all && i < ARRAY_SIZE(plans_long); i++)
		do_plan(&plans_long[i]);
	if (json)
		json_end();
	if (json && fclose(json))
		bad("json", "out of space");
	stub_offline();
	return stub_bugs() ? 1 : 0;
}
