// SPDX-License-Identifier: GPL-2.0
/*
 * ns an operation: the vector, the published form of it, spinlock and array
 *
 * Elapsed time by the operations of one thread, so that two threads that do not
 * disturb each other take as long as one. Memory is there beforehand.
 */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <linux/kernel.h>

#include "peers.h"
#include "stub.h"

#define OPS		500000UL
#define THREADS_MAX	2
#define ROUNDS		5

enum work { PUSH, POP, PUSHPOP, LOAD, APPEND, WORKS };

static const char * const work_names[WORKS] = {
	"push", "pop", "push/pop", "load", "append",
};

static const struct contestant {
	const char		*name;
	const struct peer	*peer;
	unsigned int		flags;
} contestants[] = {
	{ "lfvec", &peer_lfvec, 0 },
	{ "append-only", &peer_lfvec, LFVEC_APPEND_ONLY },
	{ "published", &peer_published, 0 },
	{ "spinlock", &peer_spinlock, 0 },
};

static const struct contestant *contestant;
static const struct peer *peer;
static enum work work;
static void *vec;
static pthread_barrier_t start;

static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

/* The vector has what it needs: it need not allocate. */
static gfp_t gfp(void)
{
	return peer == &peer_lfvec ? 0 : GFP_KERNEL;
}

static void die(void)
{
	fprintf(stderr, "bench: %s failed\n", work_names[work]);
	exit(1);
}

static void one_op(unsigned long i, u64 *value)
{
	bool ok;

	switch (work) {
	case PUSH:
	case APPEND:
		ok = peer->push(vec, value, gfp()) >= 0;
		break;
	case POP:
		ok = !peer->pop(vec, value);
		break;
	case PUSHPOP:
		ok = i % 2 ? !peer->pop(vec, value) :
			     peer->push(vec, value, gfp()) >= 0;
		break;
	default:
		ok = !peer->load(vec, i, value);
	}
	if (!ok)
		die();
}

static void *worker(void *arg)
{
	u64 value = 0;
	unsigned long i;

	stub_online();
	pthread_barrier_wait(&start);
	for (i = 0; i < OPS; i++)
		one_op(i, &value);
	pthread_barrier_wait(&start);
	stub_offline();
	return NULL;
}

static void prepare(unsigned int threads)
{
	unsigned long nr = OPS * threads, i;
	struct lfvec_attr attr = { .flags = contestant->flags };
	u64 value = 0;

	vec = peer->create(sizeof(value), &attr, 0);
	if (!vec || (peer == &peer_lfvec &&
		     __lfvec_reserve(vec, 2 * nr, GFP_KERNEL)))
		die();
	/* Also to have the memory touched. */
	for (i = 0; i < nr && work != APPEND; i++)
		if (peer->push(vec, &value, gfp()) < 0)
			die();
	for (i = 0; i < nr && (work == PUSH || work == PUSHPOP); i++)
		if (peer->pop(vec, &value))
			die();
	if (peer->relax)
		peer->relax();
}

static double one_round(unsigned int threads)
{
	pthread_t thread[THREADS_MAX];
	unsigned int i;
	double begin;

	prepare(threads);
	pthread_barrier_init(&start, NULL, threads + 1);
	for (i = 0; i < threads; i++)
		if (pthread_create(&thread[i], NULL, worker, NULL))
			die();
	pthread_barrier_wait(&start);
	begin = now_ns();
	pthread_barrier_wait(&start);
	begin = now_ns() - begin;
	for (i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	pthread_barrier_destroy(&start);
	peer->destroy(vec);
	return begin / OPS;
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double median(unsigned int threads)
{
	double rounds[ROUNDS];
	unsigned int i;

	for (i = 0; i < ROUNDS; i++)
		rounds[i] = one_round(threads);
	qsort(rounds, ROUNDS, sizeof(rounds[0]), by_value);
	return rounds[ROUNDS / 2];
}

/* Nothing can be taken out of what only grows. */
static bool possible(void)
{
	return !contestant->flags || work == APPEND || work == LOAD;
}

int main(void)
{
	unsigned int threads, i;

	stub_online();
	printf("ns an operation, median of %d\n\n", ROUNDS);
	printf("%-10s %7s", "", "threads");
	for (i = 0; i < ARRAY_SIZE(contestants); i++)
		printf(" %11s", contestants[i].name);
	printf("\n");
	for (work = PUSH; work < WORKS; work++)
		for (threads = 1; threads <= THREADS_MAX; threads++) {
			printf("%-10s %7u", work_names[work], threads);
			for (i = 0; i < ARRAY_SIZE(contestants); i++) {
				contestant = &contestants[i];
				peer = contestant->peer;
				if (possible())
					printf(" %11.1f", median(threads));
				else
					printf(" %11s", "-");
				fflush(stdout);
			}
			printf("\n");
		}
	stub_offline();
	return 0;
}
