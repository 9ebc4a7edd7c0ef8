// SPDX-License-Identifier: GPL-2.0
/*
 * Small programs for the scheduler, see program.h
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/percpu.h>

#include "../../lfvec/lfvec_int.h"
#include "arena.h"
#include "program.h"
#include "seen.h"
#include "stub.h"

const char program_usage[] =
"A program is what its threads do, with settings before that:\n"
"\n"
"	[SETTING]... OPERATION[; OPERATION]... [! OPERATION...] [| ...]\n"
"\n"
"	| separates threads, each on a CPU of its own; what is after a ! interrupts\n"
"	the thread, at any of its steps or in between.\n"
"\n"
"	push V, pop, peek, load I, store I V, xchg I V, cmpxchg I OLD V, size, oldest,\n"
"	push_many V V [V], pop_many N, truncate SIZE, shrink\n"
"	and of a vector of elements of 32 or 64 bytes: commit 0 V, commit 1 V, get I\n"
"\n"
"	init=VVV	the elements at first, each a digit\n"
"	form=F		1: overwriting, 2: append-only, 3: both (0)\n"
"	first=N		slots of the first bucket (8)\n"
"	max=N		elements at most\n"
"	bytes=N		of elements at most, if these are of different sizes\n"
"	chunk=N		nodes that are moved at once (1)\n"
"	nodes=N		in the depot at first (8)\n"
"	stock=B		each CPU has a chunk of nodes at first (1)\n"
"	gfp=G		0: none, 1: atomic, 2: kernel (0)\n";

/* --- from text --- */

static bool parse_number(const char **text, unsigned long *nr)
{
	char *end;

	while (**text == ' ')
		++*text;
	if (!isdigit((unsigned char)**text))
		return false;
	*nr = strtoul(*text, &end, 10);
	*text = end;
	return true;
}

static size_t word_length(const char *text)
{
	size_t n = 0;

	while (isalpha((unsigned char)text[n]) || text[n] == '_')
		n++;
	return n;
}

static bool is_word(const char *text, size_t len, const char *word)
{
	return len == strlen(word) && !strncmp(text, word, len);
}

static bool parse_setting(struct program *p, const char *key, size_t len,
			  unsigned long val)
{
	static const gfp_t gfps[] = { 0, GFP_ATOMIC, GFP_KERNEL };

	if (is_word(key, len, "form"))
		p->attr.flags = val;
	else if (is_word(key, len, "first"))
		p->attr.first = val;
	else if (is_word(key, len, "max"))
		p->attr.max = val;
	else if (is_word(key, len, "bytes"))
		p->bytes = val;
	else if (is_word(key, len, "chunk") && val && val <= LFVEC_CHUNK)
		p->chunk = val;
	else if (is_word(key, len, "nodes") && val < 100)
		p->nodes = val;
	else if (is_word(key, len, "stock"))
		p->stock = val;
	else if (is_word(key, len, "gfp") && val < ARRAY_SIZE(gfps))
		p->gfp = gfps[val];
	else
		return false;
	return true;
}

/* Settings come first: each is a word, "=" and a number. */
static const char *parse_settings(struct program *p, const char **text)
{
	unsigned long val;
	const char *key;
	size_t len;

	for (;;) {
		while (**text == ' ')
			++*text;
		key = *text;
		len = word_length(key);
		if (key[len] != '=')
			return NULL;
		*text += len + 1;
		if (is_word(key, len, "init")) {
			while (isdigit((unsigned char)**text) &&
			       p->nr_init < PROGRAM_INIT)
				p->init[p->nr_init++] = *(*text)++ - '0';
			continue;
		}
		if (!parse_number(text, &val) ||
		    !parse_setting(p, key, len, val))
			return "no such setting";
	}
}

static enum op find_op(const char *name, size_t len)
{
	enum op op;

	for (op = 0; op < OPS; op++)
		if (is_word(name, len, model_names[op]))
			break;
	return op;
}

/* The numbers of an operation, in their order in the text. */
static bool set_numbers(struct record *r, const unsigned long *n, unsigned int nr)
{
	unsigned int i;

	switch (r->op) {
	case PUSH:
		r->in[0] = n[0];
		return nr == 1;
	case GET:
	case LOAD:
	case TRUNCATE:
	case POP_MANY:
		r->arg = n[0];
		return nr == 1 && (r->op != POP_MANY || n[0] <= MODEL_BATCH);
	case COMMIT:
	case STORE:
	case XCHG:
		r->arg = n[0];
		r->in[0] = n[1];
		return nr == 2 && (r->op != COMMIT || n[0] < 2);
	case CMPXCHG:
		r->arg = n[0];
		r->expect = n[1];
		r->in[0] = n[2];
		return nr == 3;
	case PUSH_MANY:
		r->arg = nr;
		for (i = 0; i < nr; i++)
			r->in[i] = n[i];
		return nr;
	default:
		return !nr;
	}
}

/* Does a vector of this kind have such an operation? */
static bool has_op(const struct program *p, enum op op)
{
	return op == SIZE || op == OLDEST || (op >= VEC_OPS) == !!p->bytes;
}

static const char *parse_op(struct program *p, struct program_thread *t,
			    const char **text)
{
	unsigned long numbers[MODEL_BATCH] = { 0 };
	struct record *r = &t->ops[t->nr];
	size_t len = word_length(*text);
	unsigned int nr = 0;

	if (t->nr == PROGRAM_OPS)
		return "too many operations";
	r->op = find_op(*text, len);
	if (r->op == OPS || !has_op(p, r->op))
		return "no such operation";
	*text += len;
	while (nr < MODEL_BATCH && parse_number(text, &numbers[nr]))
		nr++;
	if (!set_numbers(r, numbers, nr))
		return "wrong number of numbers";
	t->nr++;
	return NULL;
}

static struct program_thread *add_thread(struct program *p, int on)
{
	struct program_thread *t = &p->threads[p->nr_threads++];

	t->on = on;
	return t;
}

static const char *parse_threads(struct program *p, const char *text)
{
	struct program_thread *t = add_thread(p, -1);
	const char *wrong;
	int task = 0;
	char sep;

	for (;;) {
		while (*text == ' ')
			text++;
		wrong = parse_op(p, t, &text);
		if (wrong)
			return wrong;
		while (*text == ' ')
			text++;
		sep = *text++;
		if (!sep)
			return NULL;
		if (sep == ';')
			continue;
		if (p->nr_threads == SCHED_PROGRAM)
			return "too many threads";
		if (sep == '|')
			task = p->nr_threads;
		else if (sep != '!')
			return "neither ; nor | nor !";
		t = add_thread(p, sep == '!' ? task : -1);
	}
}

static bool overwrites(const struct program *p)
{
	return p->attr.flags & LFVEC_OVERWRITE;
}

const char *program_parse(struct program *p, const char *text)
{
	const char *wrong;
	unsigned int i, ops = 0;

	*p = (struct program){
		.attr = { .first = 8, .spare = 1 },
		.chunk = 1, .nodes = 8, .stock = true,
	};
	wrong = parse_settings(p, &text) ?: parse_threads(p, text);
	if (wrong)
		return wrong;
	if (overwrites(p))
		p->attr.first = 0;
	for (i = 0; i < p->nr_threads; i++)
		ops += p->threads[i].nr;
	return ops > MODEL_RECORDS ? "too many operations" : NULL;
}

/* --- an execution --- */

static const struct program *running;
static struct lfvec *vec;
static struct lfvec_sized *sized;	/* or NULL; then this is its vec */
static struct history history;
static struct model last;	/* what there is in the end */
static unsigned int begun[SCHED_PROGRAM];

static const unsigned int sizes[LFVEC_SIZES_MAX] = { 8, 40 };

/* A vector that is there for all the time, so that what all of them share is. */
void program_begin(void)
{
	struct lfvec_sized_attr attr = { .max = 1, .bytes = 1000, .backlog = 1000 };
	static struct lfvec_sized forever;

	sched_begin();
	stub_set_cpus(SCHED_CPUS);
	stub_cpu = SCHED_CPUS - 1;
	memcpy(attr.sizes, sizes, sizeof(sizes));
	if (lfvec_sized_init(&forever, &attr))
		exit(3);
	arena_mark();
}

static void push_init(void)
{
	unsigned int i;
	u64 elem;

	for (i = 0; i < running->nr_init; i++) {
		memset(&elem, running->init[i], sizeof(elem));
		__lfvec_push(vec, &elem, GFP_KERNEL);
	}
}

/* As if something had been taken, and not been needed. */
static void fill_stocks(void)
{
	struct lfvec_node *node;
	unsigned int i;

	for (i = 0; running->stock && i < running->nr_threads; i++) {
		if (running->threads[i].on >= 0)
			continue;
		stub_cpu = i;
		node = lfvec_node_alloc(&vec->pool, 0);
		if (IS_ERR(node))
			exit(3);
		lfvec_give_back(vec, node);
	}
	stub_cpu = SCHED_CPUS - 1;
}

static void know_vec(void)
{
	sched_knows(&vec->pool.gp_work, &vec->pool.gp_rcu);
	sched_knows_worker(&vec->supply.kick, &vec->supply.work);
}

/* So much memory that no worker is needed. */
static const char *set_up_sized(void)
{
	struct lfvec_sized_attr attr = {
		.max = running->attr.max, .bytes = running->bytes,
		.backlog = 8192, .flags = LFVEC_OVERWRITE,
	};
	unsigned int cpu, nr;

	memcpy(attr.sizes, sizes, sizeof(sizes));
	sized = arena_alloc(__alignof__(*sized), sizeof(*sized));
	vec = &sized->vec;
	know_vec();
	sched_knows(&sized->more[0].gp_work, &sized->more[0].gp_rcu);
	if (lfvec_sized_init(sized, &attr))
		return "such a vector cannot be";
	lfvec_pool_set_chunk(&vec->pool, running->chunk);
	vec->pool.spare = 1;
	lfvec_pool_set_chunk(&sized->more[0], running->chunk);
	sized->more[0].spare = 1;
	for (cpu = 0; running->stock && cpu < running->nr_threads; cpu++) {
		stub_cpu = cpu;
		for (nr = 0; nr < 2; nr++)
			lfvec_sized_discard(sized, lfvec_sized_prepare(sized, sizes[nr]));
	}
	stub_cpu = SCHED_CPUS - 1;
	return NULL;
}

static const char *set_up(void)
{
	unsigned int tasks = running->nr_threads;

	arena_reset();
	sched_reset();
	sized = NULL;
	if (running->bytes)
		return set_up_sized();
	vec = arena_alloc(__alignof__(*vec), sizeof(*vec));
	know_vec();
	if (__lfvec_init(vec, sizeof(u64), &running->attr))
		return "such a vector cannot be";
	push_init();
	lfvec_pool_set_chunk(&vec->pool, running->chunk);
	lfvec_pool_fill(&vec->pool, running->nodes + running->chunk * tasks, GFP_KERNEL);
	fill_stocks();
	return NULL;
}

static u64 element(unsigned long index)
{
	const u64 *found;
	u64 elem = ~0UL;

	if (!sized) {
		__lfvec_load(vec, index, &elem);
		return elem;
	}
	found = lfvec_sized_get(sized, index);
	return IS_ERR(found) ? elem : *found;
}

/* What there is: from the oldest one to before the size. */
static void read_all(struct model *m)
{
	unsigned long i;

	memset(m, 0, sizeof(*m));
	rcu_read_lock();
	m->oldest = sized ? lfvec_sized_oldest(sized) : __lfvec_oldest(vec);
	m->size = sized ? lfvec_sized_end(sized) : __lfvec_size(vec);
	for (i = m->oldest; i < m->size; i++)
		*model_at(m, i) = element(i);
	rcu_read_unlock();
}

static bool is_last(struct model *m)
{
	unsigned long i;

	if (m->size != last.size || m->oldest > last.oldest ||
	    (m->oldest < last.oldest && !sized))
		return false;
	for (i = last.oldest; i < m->size; i++)
		if (*model_at(m, i) != *model_at(&last, i))
			return false;
	return true;
}

static struct record *first_record(unsigned int nr)
{
	struct record *r = history.records;
	unsigned int i;

	for (i = 0; i < nr; i++)
		r += running->threads[i].nr;
	return r;
}

static void run_thread(unsigned int nr)
{
	const struct program_thread *t = &running->threads[nr];
	struct record *r = first_record(nr);
	gfp_t gfp = t->on < 0 ? running->gfp : running->gfp ? GFP_ATOMIC : 0;

	for (begun[nr] = 0; begun[nr] < t->nr; r++) {
		sched_says(model_names[r->op]);
		begun[nr]++;
		r->begin = order_now(nr)->at[nr];
		if (sized)
			model_run_sized(sized, r);
		else
			model_run(vec, r, gfp);
		r->end = order_now(nr)->at[nr];
	}
}

static void set_records(void)
{
	const struct program_thread *t = running->threads;
	struct record *r = history.records;
	unsigned int i;

	for (i = 0; i < running->nr_threads; i++, t++) {
		memcpy(r, t->ops, t->nr * sizeof(*r));
		r += t->nr;
		sched_thread(i, t->on < 0 ? i : t->on, t->on, run_thread);
		begun[i] = 0;
	}
	history.nr = r - history.records;
}

/* From here on @begin and @end are events of the trace. */
static void number_records(void)
{
	struct record *r = history.records;
	unsigned int i, op;

	for (i = 0; i < running->nr_threads; i++) {
		for (op = 0; op < running->threads[i].nr; op++, r++) {
			r->level = i;
			r->begin = order_index(i, r->begin);
			r->end = order_index(i, r->end);
		}
	}
}

/* What may come in any order, may have to be explained in any order. */
static void order_records(void)
{
	unsigned int p, q, at[2 * MODEL_RECORDS];

	for (p = 0; p < 2 * history.nr; p++) {
		at[p] = p % 2 ? history.records[p / 2].end :
				history.records[p / 2].begin;
		history.before[p] = 0;
	}
	for (p = 0; p < 2 * history.nr; p++)
		for (q = 0; q < 2 * history.nr; q++)
			if (at[p] == at[q] ? q < p : order_before(at[q], at[p]))
				history.before[p] |= BIT(q);
}

/* --- histories that are known to be right --- */

static struct seen seen;

static u64 mix_model(u64 hash, const struct model *m)
{
	unsigned int i;

	hash = seen_mix(seen_mix(hash, m->oldest), m->size);
	for (i = 0; i < MODEL_SIZE; i += sizeof(u64))
		hash = seen_mix(hash, *(const u64 *)&m->elem[i]);
	return hash;
}

static u64 history_hash(void)
{
	const struct record *r;
	u64 hash = mix_model(1, &last);
	unsigned int p;

	for (r = history.records; r < history.records + history.nr; r++) {
		hash = seen_mix(hash, r->ret * OPS + r->op);
		hash = seen_mix(hash, r->out[0] | r->out[1] << 8 | r->out[2] << 16);
	}
	for (p = 0; p < 2 * history.nr; p++)
		hash = seen_mix(hash, history.before[p]);
	return hash;
}

unsigned long program_forget(void)
{
	return seen_forget(&seen);
}

/* --- the verdict --- */

static void read_last(void)
{
	read_all(&last);
}

static void destroy(void)
{
	if (sized)
		lfvec_sized_destroy(sized);
	else
		__lfvec_destroy(vec);
}

/* Those who commit at the same time may each have one element more there. */
static bool bytes_right(void)
{
	const struct record *r;
	struct lfvec_sized_stats stats;
	unsigned long bytes = 0;

	if (!sized)
		return true;
	lfvec_sized_stats(sized, &stats);
	for (r = history.records; r < history.records + history.nr; r++)
		if (r->op == COMMIT && r->ret >= (long)last.oldest)
			bytes += lfvec_node_size(sizes[r->arg]);
	return stats.bytes == bytes &&
	       bytes <= running->bytes + (running->nr_threads - 1) * 64;
}

static const char *judge(bool exact)
{
	if (!sched_try(read_last))
		return sched_failure();
	if (!bytes_right())
		return "bytes are not as counted, or too many";
	number_records();
	if (exact) {
		struct record *r;

		for (r = history.records; r < history.records + history.nr; r++) {
			r->begin *= 2;
			r->end = r->end * 2 + 1;
		}
		history_by_stamps(&history);
	} else {
		order_records();
		if (!seen_add(&seen, history_hash()))
			return NULL;
	}
	return history_explained(&history) ? NULL : "not linearizable";
}

const char *program_run(const struct program *p, const struct sched_driver *driver,
			bool exact, enum sched_end *end)
{
	unsigned int bugs = stub_bugs();
	const char *wrong;
	long allocated;

	running = p;
	allocated = stub_allocated();
	wrong = set_up();
	if (wrong)
		return wrong;
	read_all(&history.first);
	history.attr = &p->attr;
	history.sized = sized;
	history.final = is_last;
	set_records();
	*end = sched_run(driver);
	if (*end == SCHED_STOPPED)
		return NULL;
	if (*end == SCHED_FAILED)
		return sched_failure();
	wrong = judge(exact);
	if (wrong)
		return wrong;
	if (!sched_try(destroy))
		return sched_failure();
	if (stub_bugs() != bugs)
		return "the kernel would have warned";
	return stub_allocated() == allocated ? NULL : "memory is leaked";
}

static void print_op(const struct record *r)
{
	unsigned long i;

	printf("%s", model_names[r->op]);
	if (BIT(r->op) & (BIT(COMMIT) | BIT(GET) | BIT(LOAD) | BIT(XCHG) |
			  BIT(CMPXCHG) | BIT(STORE) | BIT(TRUNCATE) | BIT(POP_MANY)))
		printf(" %lu", r->arg);
	if (r->op == CMPXCHG)
		printf(" %u", r->expect);
	if (BIT(r->op) & (BIT(PUSH) | BIT(COMMIT) | BIT(XCHG) | BIT(CMPXCHG) | BIT(STORE)))
		printf(" %u", r->in[0]);
	for (i = 0; r->op == PUSH_MANY && i < r->arg; i++)
		printf(" %u", r->in[i]);
}

static void print_settings(const struct program *p)
{
	unsigned int i;

	if (p->bytes)
		printf("bytes=%lu ", p->bytes);
	printf("form=%u first=%lu max=%lu chunk=%u nodes=%u stock=%u gfp=%u ",
	       p->attr.flags, p->attr.first, p->attr.max, p->chunk, p->nodes,
	       p->stock, p->gfp == GFP_KERNEL ? 2 : p->gfp == GFP_ATOMIC);
	if (p->nr_init)
		printf("init=");
	for (i = 0; i < p->nr_init; i++)
		printf("%u", p->init[i]);
	if (p->nr_init)
		printf(" ");
}

void program_print_text(void)
{
	const struct program_thread *t = running->threads;
	unsigned int i, op;

	print_settings(running);
	for (i = 0; i < running->nr_threads; i++, t++) {
		if (i)
			printf(t->on < 0 ? " | " : " ! ");
		for (op = 0; op < t->nr; op++) {
			printf(op ? "; " : "");
			print_op(&t->ops[op]);
		}
	}
}

void program_print(void)
{
	history_print(&history);
}
