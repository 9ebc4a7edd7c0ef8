// SPDX-License-Identifier: GPL-2.0
/*
 * A peer of the benchmark: concurrent_vector of oneTBB
 */
#include <cstring>
#include <new>
#include <tbb/concurrent_vector.h>

#include "bench.h"

template <unsigned int esize>
struct elem {
	unsigned char data[esize];
};

template <unsigned int esize>
using vec = tbb::concurrent_vector<elem<esize>>;

/* A vector that knows how large its elements are. */
struct any {
	unsigned int	esize;
	void		*vec;
};

/* Where @esize is a constant, so is which of the functions is called. */
#define typed(esize, fn, ...)						\
	((esize) == 8 ? fn<8>(__VA_ARGS__) :				\
	 (esize) == 64 ? fn<64>(__VA_ARGS__) : fn<256>(__VA_ARGS__))

template <unsigned int esize>
static inline vec<esize> &of(void *v)
{
	return *static_cast<vec<esize> *>(static_cast<any *>(v)->vec);
}

template <unsigned int esize>
static inline bool vec_push(void *v, const void *from)
{
	of<esize>(v).push_back(*static_cast<const elem<esize> *>(from));
	return true;
}

template <unsigned int esize>
static inline bool vec_push_many(void *v, const void *from, unsigned int nr)
{
	const elem<esize> *elems = static_cast<const elem<esize> *>(from);

	of<esize>(v).grow_by(elems, elems + nr);
	return true;
}

template <unsigned int esize>
static inline bool vec_store(void *v, unsigned long index, const void *from)
{
	std::memcpy(&of<esize>(v)[index], from, esize);
	return true;
}

template <unsigned int esize>
static inline bool vec_load(void *v, unsigned long index, void *to)
{
	std::memcpy(to, &of<esize>(v)[index], esize);
	return true;
}

template <unsigned int esize>
static inline bool vec_iterate(void *v)
{
	uint64_t sum = 0, word;

	for (const elem<esize> &e : of<esize>(v)) {
		std::memcpy(&word, e.data, sizeof(word));
		sum += word;
	}
	__asm__ __volatile__("" : : "r" (sum));
	return true;
}

#define BENCH_NAME		tbb_run
#define BENCH_CLEARS
#define BENCH_ELEM_PUSH(t, from, esize)					\
	typed(esize, vec_push, (t)->v, from)
#define BENCH_ELEM_PUSH_MANY(t, from, nr, esize)			\
	typed(esize, vec_push_many, (t)->v, from, nr)
#define BENCH_ELEM_STORE(t, index, from, esize)				\
	typed(esize, vec_store, (t)->v, index, from)
#define BENCH_ELEM_LOAD(t, index, to, esize)				\
	typed(esize, vec_load, (t)->v, index, to)
#define BENCH_ALL_ITERATE(t, esize)					\
	typed(esize, vec_iterate, (t)->v)
#include "bench_loop.h"

template <unsigned int esize>
static void *make()
{
	return new (std::nothrow) vec<esize>();
}

template <unsigned int esize>
static void drop(any *a)
{
	delete &of<esize>(a);
}

template <unsigned int esize>
static void clear(any *a)
{
	of<esize>(a).clear();
}

template <unsigned int esize>
static size_t bytes(any *a)
{
	return of<esize>(a).capacity() * esize;
}

static void *tbb_create(const struct bench_size *size)
{
	any *a = new (std::nothrow) any;

	if (!a)
		return NULL;
	a->esize = size->esize;
	a->vec = typed(a->esize, make, );
	if (!a->vec) {
		delete a;
		return NULL;
	}
	return a;
}

static void tbb_destroy(void *v)
{
	any *a = static_cast<any *>(v);

	typed(a->esize, drop, a);
	delete a;
}

static void tbb_clear(void *v)
{
	any *a = static_cast<any *>(v);

	typed(a->esize, clear, a);
}

static size_t tbb_bytes(void *v)
{
	any *a = static_cast<any *>(v);

	return typed(a->esize, bytes, a);
}

extern "C" const struct bench_peer bench_tbb = {
	.name		= "tbb",
	.create		= tbb_create,
	.destroy	= tbb_destroy,
	.clear		= tbb_clear,
	.run		= tbb_run,
	.bytes		= tbb_bytes,
	.relax		= NULL,
};
