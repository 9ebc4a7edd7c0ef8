// SPDX-License-Identifier: GPL-2.0
/*
 * The history of a run: from the module into a file
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "history.h"
#include "tool.h"

#define CHUNK	((size_t)1 << 20)

/* Most bytes that one operation of the mix may take, with the looks before it */
static u64 record_most(const struct load *l)
{
	const u64 one = sizeof(struct lfvec_stress_record), word = sizeof(u64);

	if (l->mix[LFVEC_STRESS_OP_PUSH_MANY] || l->mix[LFVEC_STRESS_OP_POP_MANY])
		return 3 * one + 4 * word + l->batch * word;
	return 3 * one + 4 * word;
}

/* KiB to ask for; if not all fits, the run ends early. */
u32 record_size(const struct load *l, u32 workers, u64 fill)
{
	u64 each = 0x10000 + fill * (sizeof(struct lfvec_stress_record) + 8);

	if (l->ops)
		each += (l->ops / l->workers + 1) * record_most(l);
	else
		each += ((u64)64 << 20) / workers;
	if (each > ((u64)LFVEC_STRESS_HISTORY_MAX << 10) / workers)
		return LFVEC_STRESS_HISTORY_MAX;
	return (each * workers >> 10) + 1;
}

/* All records of @worker; returns how many workers there are. */
static u32 record_fetch(int fd, u32 worker, u8 **mem, u64 *len)
{
	struct lfvec_stress_history arg;

	*mem = NULL;
	*len = 0;
	do {
		*mem = realloc(*mem, *len + CHUNK);
		if (!*mem)
			die(EXIT_RESOURCES, "history: out of memory");
		arg = (struct lfvec_stress_history){
			.buf = (uintptr_t)(*mem + *len), .size = CHUNK,
			.offset = *len, .worker = worker,
		};
		dev_must(fd, LFVEC_STRESS_HISTORY, &arg, "history");
		*len += arg.size;
	} while (*len < arg.total);
	return arg.workers;
}

static u64 record_count(const u8 *mem, u64 len)
{
	const struct lfvec_stress_record *r;
	u64 at, nr = 0;

	for (at = 0; at < len; at += sizeof(*r) + r->values * sizeof(u64)) {
		r = (const struct lfvec_stress_record *)(mem + at);
		nr++;
	}
	return nr;
}

static void record_ops(struct history *h, u8 *mem, u64 len)
{
	struct lfvec_stress_record *r;
	struct op *op;
	u64 at;

	h->ops = realloc(h->ops, (h->nr + record_count(mem, len)) *
				 sizeof(*h->ops) + 1);
	if (!h->ops)
		die(EXIT_RESOURCES, "history: out of memory");
	for (at = 0; at < len; at += sizeof(*r) + r->values * sizeof(u64)) {
		r = (struct lfvec_stress_record *)(mem + at);
		op = &h->ops[h->nr++];
		*op = (struct op){
			.start = r->start, .end = r->end, .index = r->index,
			.result = r->result, .values = (u64 *)(r + 1),
			.nr = r->values, .thread = r->worker, .kind = r->op,
		};
		op->in = history_takes(r->op, r->values);
	}
}

static int by_start(const void *a, const void *b)
{
	const struct op *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

/* What the module makes of @max, and other implementations */
static u64 record_max(const struct load *l, u32 impl, u32 form)
{
	u64 most = LFVEC_STRESS_BYTES_MAX / l->esize, max = l->max;

	if (most > LFVEC_STRESS_ELEMS_MAX)
		most = LFVEC_STRESS_ELEMS_MAX;
	while (form & LFVEC_STRESS_OVERWRITE && most & (most - 1))
		most &= most - 1;
	if (!max)
		max = most;
	return impl == LFVEC_STRESS_SPINLOCK && max > 1000000 ? 1000000 : max;
}

static void record_write(const char *path, const struct history *h,
			 const struct load *l, u32 impl, bool clock)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "w") : stdout;
	struct utsname u;

	if (!f)
		die(EXIT_RESOURCES, "%s: %s", path, strerror(errno));
	uname(&u);
	fprintf(f, "# Linux %s %s, %s, %u threads, seed %llu, stamps from a %s\n",
		u.release, u.machine, impl_name(impl), l->workers, l->seed,
		clock ? "clock" : "counter");
	history_print(f, h);
	if (fflush(f) || ferror(f))
		die(EXIT_RESOURCES, "%s: %s", path, strerror(errno));
	if (f != stdout)
		fclose(f);
}

/* After the end of a run on @fd; returns how many operations there are. */
u64 record_save(int fd, const char *path, const struct load *l, u32 impl,
		u32 form, bool clock)
{
	struct history h = {
		.form = form, .max = record_max(l, impl, form),
		.esize = l->esize,
	};
	u32 worker = 0, workers = 1;
	u8 **mem = NULL;
	u64 len;

	for (; worker < workers; worker++) {
		mem = realloc(mem, (worker + 1) * sizeof(*mem));
		if (!mem)
			die(EXIT_RESOURCES, "history: out of memory");
		workers = record_fetch(fd, worker, &mem[worker], &len);
		record_ops(&h, mem[worker], len);
	}
	qsort(h.ops, h.nr, sizeof(*h.ops), by_start);
	record_write(path, &h, l, impl, clock);
	while (worker)
		free(mem[--worker]);
	free(mem);
	free(h.ops);
	return h.nr;
}
