// SPDX-License-Identifier: GPL-2.0
/*
 * Where each value has gone
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <linux/kernel.h>

#include "account.h"

/* A unique value is the number of its thread and one that the thread counts. */
#define THREAD_SHIFT	40
#define CHUNK		((u64)BIT(20))
#define CHUNKS		4096

/* What is known of a unique value: how often it came out, and this */
#define PUT_IN		0x80

struct account {
	unsigned int	threads;
	u64		values;
	unsigned int	esize;
	struct ledger	*ledgers;
	u8		*(*chunks)[CHUNKS];
};

static void *zeroes(size_t nr, size_t size)
{
	void *memory = calloc(nr, size);

	if (!memory) {
		perror("account");
		exit(3);
	}
	return memory;
}

struct account *account_create(unsigned int threads, u64 values,
			       unsigned int esize)
{
	struct account *account = zeroes(1, sizeof(*account));
	unsigned int i;

	account->threads = threads;
	account->values = values;
	account->esize = esize;
	account->ledgers = zeroes(threads, sizeof(*account->ledgers));
	account->chunks = zeroes(threads, sizeof(*account->chunks));
	for (i = 0; i < threads; i++) {
		struct ledger *ledger = &account->ledgers[i];

		ledger->account = account;
		ledger->thread = i;
		ledger->in = zeroes(values + 1, sizeof(*ledger->in));
		ledger->out = zeroes(values + 1, sizeof(*ledger->out));
	}
	return account;
}

void account_destroy(struct account *account)
{
	unsigned int i, chunk;

	for (i = 0; i < account->threads; i++) {
		free(account->ledgers[i].in);
		free(account->ledgers[i].out);
		for (chunk = 0; chunk < CHUNKS; chunk++)
			free(account->chunks[i][chunk]);
	}
	free(account->chunks);
	free(account->ledgers);
	free(account);
}

struct ledger *account_ledger(struct account *account, unsigned int thread)
{
	return &account->ledgers[thread];
}

/* The value over and over, little-endian, so that a torn element shows. */
static void encode(void *elem, unsigned int esize, u64 value)
{
	unsigned int i;

	value = htole64(value);
	for (i = 0; i < esize; i += sizeof(value))
		memcpy((u8 *)elem + i, &value,
		       min_t(size_t, esize - i, sizeof(value)));
}

static bool decode(const void *elem, unsigned int esize, u64 *value)
{
	unsigned int i;

	*value = 0;
	memcpy(value, elem, min_t(size_t, esize, sizeof(*value)));
	for (i = 0; i < esize; i += sizeof(*value))
		if (memcmp((const u8 *)elem + i, value,
			   min_t(size_t, esize - i, sizeof(*value))))
			return false;
	*value = le64toh(*value);
	return true;
}

/* Where it is noted what became of a unique value; NULL if there is none. */
static u8 *note(struct account *account, u64 value)
{
	u64 thread = value >> THREAD_SHIFT;
	u64 nr = value & ((1ULL << THREAD_SHIFT) - 1);
	u8 *chunk;

	if (thread >= account->threads || nr / CHUNK >= CHUNKS)
		return NULL;
	chunk = __atomic_load_n(&account->chunks[thread][nr / CHUNK],
				__ATOMIC_ACQUIRE);
	return chunk ? chunk + nr % CHUNK : NULL;
}

static u64 next_value(struct ledger *ledger)
{
	u8 **chunk = &ledger->account->chunks[ledger->thread]
					     [ledger->next / CHUNK];

	if (ledger->next >= CHUNK * CHUNKS) {
		fprintf(stderr, "out of unique values\n");
		exit(3);
	}
	if (!*chunk)
		__atomic_store_n(chunk, zeroes(CHUNK, 1), __ATOMIC_RELEASE);
	return (u64)ledger->thread << THREAD_SHIFT | ledger->next++;
}

void ledger_make(struct ledger *ledger, void *elem)
{
	struct account *account = ledger->account;

	encode(elem, account->esize, account->values ?
	       step_random() % account->values : next_value(ledger));
}

/* The value of an element that may be anything; false if nobody made it. */
static bool known(struct ledger *ledger, const void *elem, u64 *value)
{
	struct account *account = ledger->account;

	if (decode(elem, account->esize, value) &&
	    (account->values ? *value < account->values :
			       !!note(account, *value)))
		return true;
	ledger->torn++;
	return false;
}

void ledger_in(struct ledger *ledger, const void *elem)
{
	struct account *account = ledger->account;
	u64 value;

	decode(elem, account->esize, &value);
	ledger->nr_in++;
	if (account->values)
		ledger->in[value]++;
	else
		__atomic_fetch_or(note(account, value), PUT_IN,
				  __ATOMIC_RELAXED);
}

void ledger_out(struct ledger *ledger, const void *elem)
{
	struct account *account = ledger->account;
	u64 value;

	ledger->nr_out++;
	if (!known(ledger, elem, &value))
		return;
	if (account->values)
		ledger->out[value]++;
	else
		__atomic_fetch_add(note(account, value), 1, __ATOMIC_RELAXED);
}

void ledger_seen(struct ledger *ledger, const void *elem)
{
	u64 value;

	known(ledger, elem, &value);
}

/* A thread's unique values come to an index in the order of their numbers. */
void ledger_order(struct ledger *ledger, const void *before, const void *after)
{
	unsigned int esize = ledger->account->esize;
	u64 first, second;

	if (ledger->account->values || !decode(before, esize, &first) ||
	    !decode(after, esize, &second))
		return;
	if (first >> THREAD_SHIFT == second >> THREAD_SHIFT && second < first)
		ledger->disorder++;
}

static void verdict_values(struct account *account, struct verdict *verdict,
			   u64 *missing)
{
	unsigned int i;
	u64 value;

	for (value = 0; value < account->values; value++) {
		s64 residue = 0;

		for (i = 0; i < account->threads; i++)
			residue += account->ledgers[i].in[value] -
				   account->ledgers[i].out[value];
		if (residue < 0)
			verdict->duplicated -= residue;
		else
			*missing += residue;
	}
}

static void verdict_unique(struct account *account, struct verdict *verdict,
			   u64 *missing)
{
	unsigned int i;
	u64 nr;

	for (i = 0; i < account->threads; i++)
		for (nr = 0; nr < account->ledgers[i].next; nr++) {
			u8 seen = *note(account, (u64)i << THREAD_SHIFT | nr);
			u8 out = seen & ~PUT_IN, in = !!(seen & PUT_IN);

			if (out > in)
				verdict->duplicated += out - in;
			else
				*missing += in - out;
		}
}

void account_verdict(struct account *account, struct verdict *verdict)
{
	u64 missing = 0;
	unsigned int i;

	memset(verdict, 0, sizeof(*verdict));
	for (i = 0; i < account->threads; i++) {
		struct ledger *ledger = &account->ledgers[i];

		verdict->in += ledger->nr_in;
		verdict->out += ledger->nr_out;
		verdict->truncated += ledger->truncated;
		verdict->torn += ledger->torn;
		verdict->disorder += ledger->disorder;
	}
	if (account->values)
		verdict_values(account, verdict, &missing);
	else
		verdict_unique(account, verdict, &missing);
	/* Of what was truncated away only the number is known. */
	if (missing > verdict->truncated)
		verdict->lost = missing - verdict->truncated;
	else
		verdict->duplicated += verdict->truncated - missing;
}
