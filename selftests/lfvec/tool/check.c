// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec check - is there an order that explains a history?
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "history.h"
#include "tool.h"

const struct opt check_opts[] = {
	OPT('m', "memory", "BYTES", "for what is tried (default 512MiB)"),
	OPT('M', "mutate", "N",
	    "spoil each history in N ways, one at a time, and see that they are found;\n"
	    "no mutation of one at random is certain to be wrong, so 9 of 10 must be"),
	OPT('s', "seed", "N", "of what is spoilt (default 1)"),
	OPT_BRIEF('q', "quiet", NULL, "print nothing about histories that are good"),
	OPT_END
};

const char check_more[] =
	"FILE is as 'lfvec run --history FILE' writes it, or - for stdin. Exit codes\n"
	"beside the common ones: 1 a history is not linearizable, 2 it is not to be\n"
	"understood, 5 undecided: more than --memory, or than 64 operations at a time.\n"
	"\n"
	"A history is text. Lines that begin with # are comments. The first other line is\n"
	"\n"
	"  history 1 form=FORM max=N esize=N initial=V,V,...\n"
	"\n"
	"with the version of the format, general, overwrite, append-only or\n"
	"overwrite,append-only, the most elements, the bytes of one, and what was there at\n"
	"the start. Each line after it is an operation:\n"
	"\n"
	"  THREAD push V = INDEX @ START END         or -ENOSPC\n"
	"  THREAD push_many V... = INDEX @ ...       of the first; or -ENOSPC\n"
	"  THREAD pop = V @ ...                      or -ENOENT\n"
	"  THREAD pop_many N = V... @ ...            in the order of their indices; at\n"
	"                                            most N; or -ENOENT\n"
	"  THREAD peek = V @ ...                     the last element, or -ENOENT\n"
	"  THREAD load INDEX = V @ ...               or -ERANGE, -EPIPE\n"
	"  THREAD store INDEX V = ok @ ...           or -ERANGE, -EPIPE\n"
	"  THREAD xchg INDEX V = OLD @ ...           or -ERANGE, -EPIPE\n"
	"  THREAD cmpxchg INDEX OLD V = yes @ ...    or 'no' and what was there instead,\n"
	"                                            or -ERANGE, -EPIPE\n"
	"  THREAD truncate SIZE = N @ ...            how many went\n"
	"  THREAD size = N @ ...\n"
	"  THREAD oldest = N @ ...                   0, or what overwriting has left\n"
	"\n"
	"Elements, V and OLD, are decimal numbers, or 'torn' for what is no element. Other\n"
	"errors, such as -ENOMEM, are allowed for all: nothing was done. START and END are\n"
	"stamps; an operation came before another one only if its END is less than the\n"
	"other's START. Lines need not be sorted, and a thread does one thing at a time.\n";

struct check {
	u64	memory;
	u64	mutations;
	u64	seed;
	bool	quiet;
};

static int check_exit_code(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_GOOD:
		return EXIT_CLEAN;
	case VERDICT_BAD:
		return EXIT_CHECK;
	case VERDICT_MALFORMED:
		return EXIT_USAGE;
	case VERDICT_UNDECIDED:
		return EXIT_UNDECIDED;
	default:
		return EXIT_RESOURCES;
	}
}

#define SHOW_ELEMS	24

/* The lowest element that one of the window can have to do with */
static u64 show_from(const struct cause *c)
{
	const struct op *op;
	u64 low = c->before.size, at;
	size_t i;

	for (i = 0; i < c->nr; i++) {
		op = c->window[i];
		at = low;
		switch (op->kind) {
		case LFVEC_STRESS_OP_POP:
		case LFVEC_STRESS_OP_PEEK:
		case LFVEC_STRESS_OP_POP_MANY:
			at = low > op->nr ? low - op->nr : 0;
			break;
		case LFVEC_STRESS_OP_LOAD:
		case LFVEC_STRESS_OP_STORE:
		case LFVEC_STRESS_OP_XCHG:
		case LFVEC_STRESS_OP_CMPXCHG:
		case LFVEC_STRESS_OP_TRUNCATE:
			at = op->index;
			break;
		case LFVEC_STRESS_OP_PUSH:
		case LFVEC_STRESS_OP_PUSH_MANY:
			at = op->result < 0 ? low : (u64)op->result;
			break;
		}
		if (at < low)
			low = at;
	}
	return low > c->before.oldest ? low : c->before.oldest;
}

static void show_before(const struct cause *c)
{
	u64 from = show_from(c), i;

	printf("  before, the vector has size %llu", c->before.size);
	if (c->before.oldest)
		printf(", oldest %llu", c->before.oldest);
	if (c->before.size - from > SHOW_ELEMS)
		from = c->before.size - SHOW_ELEMS;
	if (from < c->before.size)
		printf(", and from %llu on:", from);
	for (i = from; i < c->before.size; i++)
		printf(" %llu", c->before.value[i]);
	printf("\n");
}

static void show_cause(const struct finding *f, const struct cause *c)
{
	size_t i;

	show_before(c);
	printf("  no order of these gives all their results; it fails at >\n");
	for (i = 0; i < c->nr; i++) {
		printf("  %c line %6u: ", c->window[i] == f->bad ? '>' : ' ',
		       c->window[i]->line);
		history_print_op(stdout, c->window[i]);
	}
}

static void show_finding(const struct finding *f)
{
	size_t i;

	if (!f->causes) {
		printf("  at line %u: ", f->bad->line);
		history_print_op(stdout, f->bad);
	}
	if (f->ways > 1)
		printf("  %zu ways could lead here, and none leads on:\n", f->ways);
	for (i = 0; i < f->causes; i++)
		show_cause(f, &f->cause[i]);
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static u32 threads_of(const struct history *h)
{
	u32 nr = 0;
	size_t i;

	/* they are sorted by thread */
	for (i = 0; i < h->nr; i++)
		nr += !i || h->ops[i].thread != h->ops[i - 1].thread;
	return nr;
}

static enum verdict check_one(const struct check *c, const char *name,
			      const struct history *h)
{
	static const char * const says[] = {
		[VERDICT_GOOD]		= "linearizable",
		[VERDICT_BAD]		= "NOT LINEARIZABLE",
		[VERDICT_UNDECIDED]	= "UNDECIDED",
		[VERDICT_MEMORY]	= "not checked",
	};
	double start = seconds();
	enum verdict verdict;
	struct finding f;

	linear_check(h, c->memory, &f);
	verdict = f.verdict;
	if (verdict != VERDICT_GOOD || !c->quiet) {
		printf("%s: %s", name, says[verdict]);
		if (f.why)
			printf(": %s", f.why);
		printf("; %zu operations, %zu overlap, %u threads, %zu ways, %.3f s\n",
		       h->nr, f.overlap, threads_of(h), f.most,
		       seconds() - start);
	}
	if (verdict != VERDICT_GOOD && f.bad)
		show_finding(&f);
	linear_free(&f);
	return verdict;
}

static bool history_copy(struct history *to, const struct history *from)
{
	*to = *from;
	to->initial.value = NULL;
	to->values = NULL;
	to->ops = malloc(2 * from->nr * sizeof(*to->ops) + 1);
	if (!to->ops)
		return false;
	memcpy(to->ops, from->ops, from->nr * sizeof(*to->ops));
	/* what is only read can be shared */
	to->initial.value = from->initial.value;
	return true;
}

/* Spoil @h in one way after the other; most of these must be found. */
static enum verdict check_mutations(struct check *c, const char *name,
				    const struct history *h)
{
	u64 found = 0, open = 0, i;
	struct history bad;
	struct finding f;
	const char *how;

	for (i = 0; i < c->mutations; i++) {
		if (!history_copy(&bad, h))
			return VERDICT_MEMORY;
		how = mutate(&bad, &c->seed);
		linear_check(&bad, 0, &f);
		found += f.verdict == VERDICT_BAD;
		open += f.verdict > VERDICT_MALFORMED;
		if (f.verdict != VERDICT_BAD && !c->quiet)
			printf("%s: %s: %s\n", name, how,
			       f.verdict == VERDICT_GOOD ? "linearizable, too" :
							   f.why);
		linear_free(&f);
		mutate_free(&bad);
	}
	printf("%s: of %llu mutations, %llu not linearizable, %llu undecided\n",
	       name, c->mutations, found, open);
	return found * 10 >= c->mutations * 9 ? VERDICT_GOOD : VERDICT_BAD;
}

static enum verdict check_file(struct check *c, const char *name)
{
	FILE *file = strcmp(name, "-") ? fopen(name, "r") : stdin;
	enum verdict verdict;
	struct history h;
	const char *why;
	u32 line;

	if (!file)
		die(EXIT_USAGE, "%s: %s", name, strerror(errno));
	why = history_read(&h, file, &line);
	if (file != stdin)
		fclose(file);
	if (why) {
		printf("%s: line %u: %s\n", name, line, why);
		verdict = VERDICT_MALFORMED;
	} else {
		verdict = check_one(c, name, &h);
		if (verdict == VERDICT_GOOD && c->mutations)
			verdict = check_mutations(c, name, &h);
	}
	history_free(&h);
	return verdict;
}

int cmd_check(int argc, char **argv)
{
	struct check c = { .memory = (size_t)512 << 20, .seed = 1 };
	enum verdict verdict, worst = VERDICT_GOOD;
	int opt;

	while ((opt = next_option(argc, argv)) != -1) {
		switch (opt) {
		case 'q':
			c.quiet = true;
			break;
		case 'm':
			c.memory = parse_bytes("memory", optarg);
			if (c.memory < 1 << 20 || c.memory > 1ULL << 40)
				usage("memory: 1MiB to 1024GiB");
			break;
		case 'M':
			c.mutations = parse_count("mutate", optarg, 1000000);
			break;
		case 's':
			c.seed = parse_u64("seed", optarg, UINT64_MAX);
			break;
		default:
			usage("bad option");
		}
	}
	if (optind == argc)
		usage("which history?");
	for (; optind < argc; optind++) {
		verdict = check_file(&c, argv[optind]);
		if (worst != VERDICT_BAD && verdict != VERDICT_GOOD)
			worst = verdict;
	}
	return check_exit_code(worst);
}
