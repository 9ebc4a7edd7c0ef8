// SPDX-License-Identifier: GPL-2.0
/*
 * A load: the options that run and drive have in common
 */
#include <string.h>
#include <unistd.h>

#include "tool.h"

void load_defaults(struct load *l)
{
	memset(l, 0, sizeof(*l));
	l->workers = 8;
	l->esize = 8;
	l->values = 2;
	l->batch = 16;
	l->first = 2;
	l->seed = 1;
	l->mix[LFVEC_STRESS_OP_PUSH] = 50;
	l->mix[LFVEC_STRESS_OP_POP] = 50;
	l->progress = isatty(STDERR_FILENO);
}

const struct opt load_opts[] = {
	OPT('o', "ops", "N", "stop after N operations in all (default 1M)"),
	OPT('d', "duration", "TIME", "stop after TIME: 500ms, 10s, 5m"),
	OPT('v', "values", "K", "push only K distinct values (default 2), or 'unique'"),
	OPT('x', "mix", "LIST",
	    "percent of each operation (default push=50,pop=50), of push, pop, load,\n"
	    "xchg, cmpxchg, push_many, pop_many; run also has truncate, peek, store,\n"
	    "size, oldest"),
	OPT('e', "esize", "BYTES", "size of an element (default 8)"),
	OPT('f', "first", "N", "slots in the first bucket (default 2)"),
	OPT('m', "max", "N", "most elements"),
	OPT('b', "batch", "N", "elements of push_many, pop_many (default 16)"),
	OPT('s', "seed", "N", "of the random numbers (default 1)"),
	OPT_BRIEF('j', "json", NULL, "print JSON"),
	OPT('p', "progress", NULL, "show progress even if stderr is no terminal"),
	OPT_BRIEF('q', "quiet", NULL, "print the verdict only"),
	OPT_END
};

/* Returns false if @opt is not one of these. */
bool load_option(struct load *l, int opt, char *arg)
{
	switch (opt) {
	case 'j':
		l->json = true;
		break;
	case 'q':
		l->quiet = true;
		break;
	case 'p':
		l->progress = true;
		break;
	case 'e':
		l->esize = parse_u64("esize", arg, UINT32_MAX);
		break;
	case 'v':
		l->values = strcmp(arg, "unique") ?
			    parse_u64("values", arg, LFVEC_STRESS_VALUES_MAX) : 0;
		break;
	case 'b':
		l->batch = parse_u64("batch", arg, UINT32_MAX);
		break;
	case 'd':
		l->duration = parse_ms("duration", arg);
		break;
	case 'o':
		l->ops = parse_count("ops", arg, LFVEC_STRESS_OPS_MAX);
		break;
	case 'f':
		l->first = parse_count("first", arg, UINT32_MAX);
		break;
	case 'm':
		l->max = parse_count("max", arg, UINT32_MAX);
		break;
	case 's':
		l->seed = parse_u64("seed", arg, UINT64_MAX);
		break;
	case 'x':
		parse_mix(arg, l->mix);
		break;
	default:
		return false;
	}
	return true;
}

static u64 most_elems(u32 esize)
{
	u64 most = LFVEC_STRESS_BYTES_MAX / esize;

	return most < LFVEC_STRESS_ELEMS_MAX ? most : LFVEC_STRESS_ELEMS_MAX;
}

void check_limit(const char *what, u64 value, u32 esize)
{
	if (value > most_elems(esize))
		usage("%s: of elements of %u bytes, at most %llu", what, esize,
		      most_elems(esize));
}

/* What a vector is to be like. The module would answer with a bare EINVAL. */
void check_form(u32 form, u32 esize, u64 first, u64 max)
{
	if (!esize || esize > 4096)
		usage("esize: 1 to 4096 bytes");
	if (first & (first - 1))
		usage("first: a power of two, or 0 for the default");
	if (form & LFVEC_STRESS_OVERWRITE && max & (max - 1))
		usage("max: a power of two, for a vector that overwrites");
	check_limit("first", first, esize);
	check_limit("max", max, esize);
}

/* The same, of a load */
void load_check(struct load *l)
{
	if (!l->ops && !l->duration)
		l->ops = 1000000;
	if (!l->workers)
		usage("at least one worker is needed");
	check_form(0, l->esize, l->first, l->max);
	if (!l->batch || l->batch > 64)
		usage("batch: 1 to 64 elements");
	if (!l->values && l->esize < 8)
		usage("unique values need elements of 8 bytes or more");
	if (l->esize == 1 && l->values > 256)
		usage("an element of 1 byte has at most 256 values");
}

static void load_print_mix(const struct load *l)
{
	unsigned int i;

	for (i = 0; i < LFVEC_STRESS_OPS_ALL; i++)
		if (l->mix[i])
			printf(" %s %u %%", op_names[i], l->mix[i]);
}

void load_print(const struct load *l, const char *who)
{
	printf("%u %s, ", l->workers, who);
	if (l->values)
		printf("%u distinct values", l->values);
	else
		printf("unique values");
	printf(" of %u bytes, first bucket %llu, seed %llu\nmix:", l->esize,
	       l->first, l->seed);
	load_print_mix(l);
	printf("\n\n");
}

void load_json(const struct load *l)
{
	unsigned int i;

	json_open("load", '{');
	json_u64("workers", l->workers);
	json_u64("esize", l->esize);
	json_u64("values", l->values);
	json_u64("batch", l->batch);
	json_u64("duration_ms", l->duration);
	json_u64("ops", l->ops);
	json_u64("first", l->first);
	json_u64("max", l->max);
	json_u64("seed", l->seed);
	json_open("mix", '{');
	for (i = 0; i < LFVEC_STRESS_OPS_ALL; i++)
		json_u64(op_names[i], l->mix[i]);
	json_close('}');
	json_close('}');
}

static bool progress_shown;

/* A line on stderr that overwrites itself, from the third second on. */
void load_progress(const struct load *l, u64 ops, u64 ns)
{
	double s = ns / 1e9, part, rate = s > 0 ? ops / s : 0;

	if (!l->progress || l->quiet || s < 2)
		return;
	part = l->ops ? (double)ops / l->ops : 0;
	if (l->duration && s * 1000 / l->duration > part)
		part = s * 1000 / l->duration;
	progress_shown = true;
	fprintf(stderr, "\r%.0f s: %.2f M operations, %.2f M/s, %.0f %%, %.0f s to go   ",
		s, ops / 1e6, rate / 1e6, part * 100,
		part > 0 && part < 1 ? s / part - s : 0);
}

void load_progress_end(void)
{
	if (progress_shown)
		fprintf(stderr, "\r%78s\r", "");
	progress_shown = false;
}
