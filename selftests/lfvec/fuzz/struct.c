// SPDX-License-Identifier: GPL-2.0
/*
 * Structs as ioctls take them: right in most fields, odd in one now and then
 */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "fuzz.h"

/* Values that somebody may have forgotten. */
u64 odd_value(struct rnd *r)
{
	u64 bit = 1ULL << below(r, 64);

	switch (below(r, 6)) {
	case 0:
		return bit;
	case 1:
		return bit - 1;
	case 2:
		return bit + 1;
	case 3:
		return -(u64)below(r, 4097);
	case 4:
		return below(r, 4098);
	default:
		return rnd(r);
	}
}

void name_choose(struct rnd *r, char *name, bool log)
{
	memset(name, 0, LFVEC_STRESS_NAME_MAX);
	if (log && one_in(r, 16))
		strcpy(name, "events");
	else
		snprintf(name, LFVEC_STRESS_NAME_MAX, "fuzz%u", below(r, NAMES));
}

/* A name that no vector may have. */
static void name_bad(struct rnd *r, char *name)
{
	static const char * const bad[] = {
		"", ".", "..", "/", "../fuzz0", "a/b", "a b", "\n", "\x7f", "\x80", "%s%n/",
	};
	u32 at = below(r, LFVEC_STRESS_NAME_MAX - 6);

	switch (below(r, 3)) {
	case 0:
		memset(name, 'x', LFVEC_STRESS_NAME_MAX);
		break;
	case 1:	/* something after its end */
		name[6 + at] = 1 + below(r, 255);
		if (!at)
			name[6] = '/';
		break;
	default:
		memset(name, 0, LFVEC_STRESS_NAME_MAX);
		strcpy(name, bad[below(r, ARRAY_SIZE(bad))]);
	}
}

static void field_put(u8 *image, const struct field *f, u64 value)
{
	memcpy(image + f->at, &value, f->size < 8 ? f->size : 8);
}

static u64 field_get(const u8 *image, const struct field *f)
{
	u64 value = 0;

	memcpy(&value, image + f->at, f->size < 8 ? f->size : 8);
	return value;
}

/* Small ones are more likely, as are both ends. */
static u64 choose_range(struct rnd *r, u64 lo, u64 hi)
{
	u64 span = hi - lo + 1;

	switch (below(r, 8)) {
	case 0:
		return lo;
	case 1:
		return hi;
	case 2:
	case 3:
		return lo + rnd(r) % span;
	default:
		return lo + rnd(r) % (span < 8 ? span : 8);
	}
}

static u64 choose_index(struct rnd *r)
{
	if (one_in(r, 16))
		return odd_value(r);
	return below(r, one_in(r, 4) ? 512 : 16);
}

static void field_good(struct hand *h, struct rnd *r, u8 *image, const struct field *f)
{
	switch (f->kind) {
	case FIELD_FIX:
	case FIELD_ZERO:
		break;
	case FIELD_ANY:
		field_put(image, f, one_in(r, 2) ? 0 : odd_value(r));
		break;
	case FIELD_RANGE:
		field_put(image, f, choose_range(r, f->limit[LEAST], f->limit[MOST]));
		break;
	case FIELD_BITS:
		field_put(image, f, one_in(r, 2) ? 0 : rnd(r) & f->limit[MOST]);
		break;
	case FIELD_INDEX:
		field_put(image, f, choose_index(r));
		break;
	case FIELD_BUF:
		field_put(image, f, memory_pointer(h, r, f->limit[MOST]));
		break;
	case FIELD_VECTOR:
	case FIELD_LOG:
		name_choose(r, (char *)image + f->at, f->kind == FIELD_LOG);
		break;
	}
}

/* Never between what we ask for and what could be had: that may be too much. */
static void range_odd(struct hand *h, struct rnd *r, u8 *image, const struct field *f)
{
	u64 value = field_get(image, f);

	value = one_in(r, 2) ? odd_value(r) : value ^ 1ULL << below(r, 8 * f->size);
	if (one_in(r, 4))
		value = f->limit[CAP] + 1;
	field_put(image, f, value);
	value = field_get(image, f);
	if (f->kind == FIELD_BITS)
		h->bad |= value & ~f->limit[CAP];
	else if (value > f->limit[CAP])
		h->bad = true;
	else if (value > f->limit[MOST])
		field_put(image, f, f->limit[MOST]);
}

static void field_odd(struct hand *h, struct rnd *r, u8 *image, const struct field *f)
{
	switch (f->kind) {
	case FIELD_FIX:
	case FIELD_ANY:
	case FIELD_INDEX:
		field_put(image, f, odd_value(r));
		break;
	case FIELD_ZERO:
		image[f->at + below(r, f->size)] |= 1U << below(r, 8);
		h->bad = true;
		break;
	case FIELD_RANGE:
	case FIELD_BITS:
		range_odd(h, r, image, f);
		break;
	case FIELD_BUF:
		field_put(image, f, odd_value(r));
		h->tricked = true;
		break;
	case FIELD_VECTOR:
	case FIELD_LOG:
		name_bad(r, (char *)image + f->at);
		h->bad = true;
		break;
	}
}

/* What the tables do not say. */
void command_prepare(struct command *c)
{
	struct field *f = c->field;

	c->size = _IOC_SIZE(c->cmd);
	for (c->fields = 0; f && f->name; f++) {
		f->size = (f[1].name ? f[1].at : c->size) - f->at;
		c->fields++;
	}
}

static void struct_note(struct hand *h, const struct command *c, const u8 *image)
{
	const struct field *f;

	for (f = c->field; f < c->field + c->fields; f++)
		if (f->kind == FIELD_VECTOR || f->kind == FIELD_LOG)
			note(h, " %.*s", f->size, image + f->at);
		else if (field_get(image, f))
			note(h, " %s=%#llx", f->name, field_get(image, f));
}

void struct_make(struct hand *h, struct rnd *r, const struct command *c, u8 *image)
{
	const struct field *f;

	memset(image, 0, c->size);
	for (f = c->field; f < c->field + c->fields; f++)
		field_good(h, r, image, f);
	if (c->fix)
		c->fix(r, image);
	if (c->fields && one_in(r, 6))
		field_odd(h, r, image, c->field + below(r, c->fields));
	if (options.verbose)
		struct_note(h, c, image);
}

long command_call(struct hand *h, struct rnd *r, int fd, const struct command *c)
{
	u8 image[2048];
	void *arg;
	long ret;

	struct_make(h, r, c, image);
	if (!c->size)
		return ioctl(fd, c->cmd, odd_value(r));
	arg = memory_arg(h, r, image, c->size);
	note(h, " at %p", arg);
	/* who writes it at the same time, or it is not ours: nobody knows */
	if (h->tricked)
		h->bad = false;
	ret = ioctl(fd, c->cmd, arg);
	if (!memory_arg_kept(h, arg, c->size))
		fail(h, "wrote behind its struct");
	return ret;
}
