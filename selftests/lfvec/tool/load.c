// SPDX-License-Identifier: GPL-2.0
/*
 * A load: the options that run and drive have in common
 */
#include <getopt.h>
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

static const struct option common[] = {
	{ "help",	no_argument,	   NULL, 'h' },
	{ "json",	no_argument,	   NULL, 'j' },
	{ "quiet",	no_argument,	   NULL, 'q' },
	{ "progress",	no_argument,	   NULL, 'p' },
	{ "esize",	required_argument, NULL, 'e' },
	{ "values",	required_argument, NULL, 'v' },
	{ "batch",	required_argument, NULL, 'b' },
	{ "duration",	required_argument, NULL, 'd' },
	{ "ops",	required_argument, NULL, 'o' },
	{ "first",	required_argument, NULL, 'f' },
	{ "max",	required_argument, NULL, 'm' },
	{ "seed",	required_argument, NULL, 's' },
	{ "mix",	required_argument, NULL, 'x' },
	{ NULL, 0, NULL, 0 }
};

/* These, and the command's @own, which end with a NULL name. */
const struct option *load_options(const struct option *own)
{
	return join_options(common, own);
}

/* Returns false if @opt is not one of these. */
bool load_option(struct load *l, int opt, char *arg)
{
	switch (opt) {
	case 'h':
		help_command();
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

/* What the module would answer with a bare EINVAL. */
void load_check(struct load *l)
{
	if (!l->ops && !l->duration)
		l->ops = 1000000;
	if (!l->workers)
		usage("at least one worker is needed");
	if (!l->esize || l->esize > 4096)
		usage("esize: 1 to 4096 bytes");
	if (!l->batch || l->batch > 64)
		usage("batch: 1 to 64 elements");
	if (l->first & (l->first - 1))
		usage("first: a power of two, or 0 for the default");
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
