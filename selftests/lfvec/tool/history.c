// SPDX-License-Identifier: GPL-2.0
/*
 * Histories as text, in and out; 'lfvec check --help' has the format
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"

#define LINE_WORDS	(2 * 64 + 16)

const char * const op_names[LFVEC_STRESS_OPS_ALL] = {
	[LFVEC_STRESS_OP_PUSH]		= "push",
	[LFVEC_STRESS_OP_POP]		= "pop",
	[LFVEC_STRESS_OP_LOAD]		= "load",
	[LFVEC_STRESS_OP_XCHG]		= "xchg",
	[LFVEC_STRESS_OP_CMPXCHG]	= "cmpxchg",
	[LFVEC_STRESS_OP_PUSH_MANY]	= "push_many",
	[LFVEC_STRESS_OP_POP_MANY]	= "pop_many",
	[LFVEC_STRESS_OP_TRUNCATE]	= "truncate",
	[LFVEC_STRESS_OP_PEEK]		= "peek",
	[LFVEC_STRESS_OP_STORE]		= "store",
	[LFVEC_STRESS_OP_SIZE]		= "size",
	[LFVEC_STRESS_OP_OLDEST]	= "oldest",
};

static const struct {
	const char	*name;
	int		err;
} errors[] = {
	{ "-ENOENT", ENOENT }, { "-ERANGE", ERANGE }, { "-EPIPE", EPIPE },
	{ "-ENOSPC", ENOSPC }, { "-ENOMEM", ENOMEM }, { "-EAGAIN", EAGAIN },
	{ "-EBUSY", EBUSY }, { "-EOPNOTSUPP", EOPNOTSUPP },
};

static const char * const forms[] = {
	"general", "overwrite", "append-only", "overwrite,append-only",
};

/* What each kind of operation takes: an index, and so many values */
static bool takes_index(u32 kind)
{
	return kind == LFVEC_STRESS_OP_LOAD || kind == LFVEC_STRESS_OP_STORE ||
	       kind == LFVEC_STRESS_OP_XCHG || kind == LFVEC_STRESS_OP_CMPXCHG ||
	       kind == LFVEC_STRESS_OP_POP_MANY ||
	       kind == LFVEC_STRESS_OP_TRUNCATE;
}

static u32 takes_values(u32 kind)
{
	switch (kind) {
	case LFVEC_STRESS_OP_PUSH:
	case LFVEC_STRESS_OP_STORE:
	case LFVEC_STRESS_OP_XCHG:
		return 1;
	case LFVEC_STRESS_OP_CMPXCHG:
		return 2;
	default:
		return 0;
	}
}

/* Of @values, how many went in */
u32 history_takes(u32 kind, u32 values)
{
	return kind == LFVEC_STRESS_OP_PUSH_MANY ? values : takes_values(kind);
}

/* Is the result a number, or else an element? */
static bool gives_number(u32 kind)
{
	return kind == LFVEC_STRESS_OP_PUSH || kind == LFVEC_STRESS_OP_PUSH_MANY ||
	       kind == LFVEC_STRESS_OP_TRUNCATE ||
	       kind == LFVEC_STRESS_OP_SIZE || kind == LFVEC_STRESS_OP_OLDEST;
}

/* An error that says nothing about what is in the vector */
bool history_void(const struct op *op)
{
	return op->result < 0 && op->result != -ENOENT &&
	       op->result != -ERANGE && op->result != -EPIPE &&
	       op->result != -ENOSPC;
}

/* Wherever it takes effect with the result it has, it changes nothing. */
bool history_no_effect(const struct op *op)
{
	switch (op->kind) {
	case LFVEC_STRESS_OP_LOAD:
	case LFVEC_STRESS_OP_PEEK:
	case LFVEC_STRESS_OP_SIZE:
	case LFVEC_STRESS_OP_OLDEST:
		return true;
	case LFVEC_STRESS_OP_TRUNCATE:
		return op->result <= 0;
	case LFVEC_STRESS_OP_XCHG:
		return op->result < 0 || op->values[0] == op->values[1];
	case LFVEC_STRESS_OP_CMPXCHG:
		return op->result <= 0 || op->values[0] == op->values[1];
	default:
		return op->result < 0;
	}
}

/* --- out -------------------------------------------------------------------- */

static void print_error(FILE *f, s64 err)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		if (errors[i].err == -err) {
			fprintf(f, " %s", errors[i].name);
			return;
		}
	}
	fprintf(f, " %lld", err);
}

static void print_values(FILE *f, const u64 *values, u32 nr)
{
	for (; nr; nr--, values++)
		if (*values == LFVEC_STRESS_TORN)
			fputs(" torn", f);
		else
			fprintf(f, " %llu", *values);
}

static void print_result(FILE *f, const struct op *op)
{
	if (op->result < 0)
		print_error(f, op->result);
	else if (gives_number(op->kind))
		fprintf(f, " %lld", op->result);
	else if (op->kind == LFVEC_STRESS_OP_STORE)
		fputs(" ok", f);
	else if (op->kind == LFVEC_STRESS_OP_CMPXCHG)
		fputs(op->result ? " yes" : " no", f);
	print_values(f, op->values + op->in, op->nr - op->in);
}

void history_print_op(FILE *f, const struct op *op)
{
	fprintf(f, "%u %s", op->thread, op_names[op->kind]);
	if (takes_index(op->kind))
		fprintf(f, " %llu", op->index);
	print_values(f, op->values, op->in);
	fputs(" =", f);
	print_result(f, op);
	fprintf(f, " @ %llu %llu\n", op->start,
		op->end);
}

void history_print_head(FILE *f, const struct history *h)
{
	u64 i;

	fprintf(f, "history %d form=%s max=%llu esize=%u initial=",
		HISTORY_VERSION, forms[h->form], h->max,
		h->esize);
	for (i = h->initial.oldest; i < h->initial.size; i++)
		fprintf(f, "%s%llu", i > h->initial.oldest ? "," : "",
			h->initial.value[i]);
	fputc('\n', f);
}

void history_print(FILE *f, const struct history *h)
{
	size_t i;

	history_print_head(f, h);
	for (i = 0; i < h->nr; i++)
		history_print_op(f, &h->ops[i]);
}

/* --- in --------------------------------------------------------------------- */

struct reader {
	struct history	*h;
	char		*word[LINE_WORDS];
	u32		words;
	u32		at;
	size_t		room;		/* of ops */
	size_t		nr_values;
	size_t		room_values;
};

static bool number(const char *s, u64 *value)
{
	char *end;

	if (!isdigit((unsigned char)*s))
		return false;
	errno = 0;
	*value = strtoull(s, &end, 10);
	return !*end && !errno;
}

static bool element(const char *s, u64 *value)
{
	if (strcmp(s, "torn"))
		return number(s, value);
	*value = LFVEC_STRESS_TORN;
	return true;
}

static bool next_number(struct reader *r, u64 *value)
{
	return r->at < r->words && number(r->word[r->at++], value);
}

static bool next_is(struct reader *r, const char *word)
{
	if (r->at == r->words || strcmp(r->word[r->at], word))
		return false;
	r->at++;
	return true;
}

/* Room for @more beyond @nr; what is there may move. */
static void *room_for(void *mem, size_t *room, size_t nr, size_t size)
{
	if (nr < *room)
		return mem;
	*room = *room ? 2 * *room : 1024;
	return realloc(mem, *room * size);
}

/* Elements up to a word that is none. They are found by number while some may move. */
static bool next_elements(struct reader *r, u32 *nr)
{
	u64 *values, value;

	while (r->at < r->words && element(r->word[r->at], &value)) {
		values = room_for(r->h->values, &r->room_values, r->nr_values,
				  sizeof(*values));
		if (!values)
			return false;
		r->h->values = values;
		values[r->nr_values++] = value;
		r->at++;
		(*nr)++;
	}
	return true;
}

static bool next_error(struct reader *r, s64 *result)
{
	const char *s = r->at < r->words ? r->word[r->at] : "";
	u64 err;
	size_t i;

	if (*s != '-')
		return false;
	r->at++;
	for (i = 0; i < ARRAY_SIZE(errors); i++)
		if (!strcmp(s, errors[i].name))
			*result = -errors[i].err;
	if (!*result && number(s + 1, &err) && err && err < 4096)
		*result = -(s64)err;
	return *result;
}

/* So many elements come out of an operation that succeeds. */
static bool right_number(const struct op *op)
{
	u32 out = op->nr - op->in;

	switch (op->kind) {
	case LFVEC_STRESS_OP_POP_MANY:
		return out && out <= op->index;
	case LFVEC_STRESS_OP_POP:
	case LFVEC_STRESS_OP_LOAD:
	case LFVEC_STRESS_OP_PEEK:
	case LFVEC_STRESS_OP_XCHG:
		return out == 1;
	case LFVEC_STRESS_OP_CMPXCHG:
		return out == !op->result;
	default:
		return !out;
	}
}

static bool read_result(struct reader *r, struct op *op)
{
	u64 value;

	if (next_error(r, &op->result))
		return true;
	if (op->result)
		return false;
	if (gives_number(op->kind)) {
		if (!next_number(r, &value) || value > INT64_MAX)
			return false;
		op->result = value;
	} else if (op->kind == LFVEC_STRESS_OP_STORE) {
		return next_is(r, "ok");
	} else if (op->kind == LFVEC_STRESS_OP_CMPXCHG) {
		op->result = next_is(r, "yes");
		if (!op->result && !next_is(r, "no"))
			return false;
	}
	if (!next_elements(r, &op->nr) || !right_number(op))
		return false;
	if (op->kind == LFVEC_STRESS_OP_POP_MANY)
		op->result = op->nr;
	return true;
}

static bool read_kind(struct reader *r, u32 *kind)
{
	for (*kind = 0; *kind < LFVEC_STRESS_OPS_ALL; ++*kind)
		if (next_is(r, op_names[*kind]))
			return true;
	return false;
}

static const char *read_op(struct reader *r, u32 line)
{
	struct history *h = r->h;
	struct op *ops, *op;
	u64 thread;

	ops = room_for(h->ops, &r->room, h->nr, sizeof(*ops));
	if (!ops)
		return "out of memory";
	h->ops = ops;
	op = &ops[h->nr++];
	*op = (struct op){ .line = line };
	if (!next_number(r, &thread) || thread > UINT32_MAX)
		return "no thread's number";
	op->thread = thread;
	if (!read_kind(r, &op->kind))
		return "no such operation";
	if (takes_index(op->kind) && !next_number(r, &op->index))
		return "no index or number where one is wanted";
	if (!next_elements(r, &op->nr))
		return "out of memory";
	op->in = op->nr;
	if (op->kind == LFVEC_STRESS_OP_PUSH_MANY ? !op->in :
	    op->in != takes_values(op->kind))
		return "not as many elements as the operation takes";
	if (!next_is(r, "="))
		return "no '=' where one is wanted";
	if (!read_result(r, op))
		return "not a result of this operation";
	if (!next_is(r, "@") || !next_number(r, &op->start) ||
	    !next_number(r, &op->end) || r->at < r->words)
		return "not '@ START END' at the end";
	return op->end < op->start ? "it ends before it begins" : NULL;
}

static const char *read_initial(struct history *h, char *list)
{
	struct contents *c = &h->initial;
	size_t room = 0;
	u64 *value;
	char *item;

	if (!*list)
		return NULL;
	while ((item = strsep(&list, ","))) {
		value = room_for(c->value, &room, c->size, sizeof(*value));
		if (!value)
			return "out of memory";
		c->value = value;
		if (!number(item, &value[c->size++]))
			return "initial: not a list of numbers";
	}
	return NULL;
}

static const char *read_head_item(struct history *h, const char *key, char *value)
{
	u64 n;

	if (!strcmp(key, "initial"))
		return read_initial(h, value);
	if (!strcmp(key, "form")) {
		for (h->form = 0; h->form < ARRAY_SIZE(forms); h->form++)
			if (!strcmp(value, forms[h->form]))
				return NULL;
		return "no such form";
	}
	if (!number(value, &n))
		return "not a number";
	if (!strcmp(key, "max"))
		h->max = n;
	else if (!strcmp(key, "esize"))
		h->esize = n;
	else
		return "of form, max, esize and initial, it is none";
	return NULL;
}

/* history 1 form=general max=16 esize=8 initial=1,0 */
static const char *read_head(struct reader *r)
{
	struct history *h = r->h;
	const char *why;
	u64 version;
	char *eq;

	if (!next_is(r, "history") || !next_number(r, &version))
		return "no header: history VERSION form=... max=... esize=... initial=...";
	if (version != HISTORY_VERSION)
		return "a version that is not known";
	for (; r->at < r->words; r->at++) {
		eq = strchr(r->word[r->at], '=');
		if (!eq)
			return "no '='";
		*eq = '\0';
		why = read_head_item(h, r->word[r->at], eq + 1);
		if (why)
			return why;
	}
	if (!h->max)
		return "max is missing";
	if (h->initial.size > h->max)
		return "initial: more than max";
	return NULL;
}

static bool read_words(struct reader *r, char *line)
{
	char *word;

	r->at = 0;
	r->words = 0;
	while ((word = strsep(&line, " \t\r\n"))) {
		if (!*word)
			continue;
		if (r->words == LINE_WORDS)
			return false;
		r->word[r->words++] = word;
	}
	return true;
}

static int by_thread(const void *a, const void *b)
{
	const struct op *x = a, *y = b;

	if (x->thread != y->thread)
		return x->thread < y->thread ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->end < y->end ? -1 : x->end > y->end;
}

/* Give the operations their values, and see that no thread does two at a time. */
static const char *read_end(struct history *h, u32 *line)
{
	u64 *values = h->values;
	size_t i;

	for (i = 0; i < h->nr; i++) {
		h->ops[i].values = values;
		values += h->ops[i].nr;
	}
	qsort(h->ops, h->nr, sizeof(*h->ops), by_thread);
	for (i = 1; i < h->nr; i++) {
		*line = h->ops[i].line;
		if (h->ops[i].thread == h->ops[i - 1].thread &&
		    h->ops[i].start < h->ops[i - 1].end)
			return "a thread does two things at the same time";
	}
	return NULL;
}

/* Returns NULL, or what is wrong with line @line. */
const char *history_read(struct history *h, FILE *f, u32 *line)
{
	struct reader r = { .h = h };
	const char *why = NULL;
	bool head = false;
	char *text = NULL;
	size_t size = 0;

	memset(h, 0, sizeof(*h));
	for (*line = 1; !why && getline(&text, &size, f) > 0; ++*line) {
		if (!read_words(&r, text))
			why = "too many words";
		else if (!r.words || *r.word[0] == '#')
			continue;
		else if (head)
			why = read_op(&r, *line);
		else
			why = read_head(&r);
		head = true;
		if (why)
			break;
	}
	free(text);
	if (!why && !head)
		why = "nothing there";
	return why ? why : read_end(h, line);
}

void history_free(struct history *h)
{
	free(h->ops);
	free(h->values);
	free(h->initial.value);
	memset(h, 0, sizeof(*h));
}
