// SPDX-License-Identifier: GPL-2.0
/*
 * The allocators of the kernel that the stub headers make believe
 *
 * An object of a cache that is freed is the next one to be allocated again, and
 * is poisoned in between. Under a sanitizer each object is the C library's, as
 * otherwise the sanitizer would not see that it was freed.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "stub.h"

#ifdef STUB_SCHED
#include "arena.h"

#define aligned_alloc(align, size)	arena_alloc(align, size)
#define free(object)			arena_free(object)
/* Another coroutine may come amid an allocation, but never amid a counter. */
#define pthread_mutex_lock(lock)	((void)(lock))
#define pthread_mutex_unlock(lock)	((void)(lock))
#endif

#define SLAB_OBJECTS	64
#define SLAB_POISON	0x6b

struct kmem_cache {
	unsigned int	size;
	unsigned int	align;
	pthread_mutex_t	lock;	/* for all below */
	long		used;
	void		*free;	/* each object begins with the next one */
	void		*slabs;	/* so does each slab */
};

#ifdef STUB_CHECKS
static const bool checks = true;
#else
static const bool checks;
#endif

#ifdef STUB_SANITIZER
static const bool sanitizer = true;
#else
static const bool sanitizer;
#endif

static long allocated;
static __thread unsigned long fail_in;
static __thread bool fail_on, failed;

void stub_fail_alloc(unsigned long nth, bool on)
{
	fail_in = nth;
	fail_on = on;
	failed = false;
}

bool stub_alloc_failed(void)
{
	return failed;
}

long stub_allocated(void)
{
	return __atomic_load_n(&allocated, __ATOMIC_RELAXED);
}

static void slab_count(long nr)
{
	if (checks)
		__atomic_fetch_add(&allocated, nr, __ATOMIC_RELAXED);
}

/* Every allocation comes here first. */
static bool slab_fails(gfp_t gfp)
{
	if (gfpflags_allow_blocking(gfp))
		might_sleep();
	WARN_ON(!gfp);
	if (!fail_in || --fail_in)
		return false;
	fail_in = fail_on;
	failed = true;
	return true;
}

static void *slab_memory(size_t align, size_t size)
{
	void *memory = aligned_alloc(align, ALIGN(size, align));

	if (!memory)
		abort();
	return memory;
}

static void slab_grow(struct kmem_cache *cache)
{
	size_t room = ALIGN(sizeof(void *), cache->align);
	unsigned char *slab, *object;
	int i;

	slab = slab_memory(cache->align, room + SLAB_OBJECTS * cache->size);
	*(void **)slab = cache->slabs;
	cache->slabs = slab;
	memset(slab + room, SLAB_POISON, SLAB_OBJECTS * cache->size);
	for (i = SLAB_OBJECTS - 1; i >= 0; i--) {
		object = slab + room + i * cache->size;
		*(void **)object = cache->free;
		cache->free = object;
	}
}

static bool slab_poisoned(const struct kmem_cache *cache, const void *object)
{
	const unsigned char *byte = object;
	size_t i;

	for (i = sizeof(void *); i < cache->size; i++)
		if (byte[i] != SLAB_POISON)
			return false;
	return true;
}

static void *slab_get(struct kmem_cache *cache)
{
	void *object;

	cache->used++;
	if (sanitizer)
		return slab_memory(cache->align, cache->size);
	if (!cache->free)
		slab_grow(cache);
	object = cache->free;
	cache->free = *(void **)object;
	if (checks) {
		WARN_ON(!slab_poisoned(cache, object));
		memset(object, ~SLAB_POISON, cache->size);
	}
	return object;
}

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size,
				     unsigned int align, unsigned int flags,
				     void (*ctor)(void *object))
{
	struct kmem_cache *cache = kzalloc(sizeof(*cache), GFP_KERNEL);

	WARN_ON(!*name || flags || ctor);
	if (!cache)
		return NULL;
	cache->align = max_t(unsigned int, align, sizeof(void *));
	cache->size = ALIGN(size, cache->align);
	pthread_mutex_init(&cache->lock, NULL);
	return cache;
}

void kmem_cache_destroy(struct kmem_cache *cache)
{
	void *slab, *next;

	might_sleep();
	WARN_ON(cache->used);
	for (slab = cache->slabs; slab; slab = next) {
		next = *(void **)slab;
		free(slab);
	}
	pthread_mutex_destroy(&cache->lock);
	kfree(cache);
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	void *object;

	return kmem_cache_alloc_bulk(cache, gfp, 1, &object) ? object : NULL;
}

int kmem_cache_alloc_bulk(struct kmem_cache *cache, gfp_t gfp, size_t nr,
			  void **objects)
{
	size_t i;

	if (slab_fails(gfp))
		return 0;
	pthread_mutex_lock(&cache->lock);
	for (i = 0; i < nr; i++)
		objects[i] = slab_get(cache);
	pthread_mutex_unlock(&cache->lock);
	slab_count(nr);
	return nr;
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	pthread_mutex_lock(&cache->lock);
	cache->used--;
	if (sanitizer) {
		free(object);
	} else {
		if (checks)
			memset(object, SLAB_POISON, cache->size);
		*(void **)object = cache->free;
		cache->free = object;
	}
	pthread_mutex_unlock(&cache->lock);
	slab_count(-1);
}

unsigned int kmem_cache_size(struct kmem_cache *cache)
{
	return cache->size;
}

void *kmalloc(size_t size, gfp_t gfp)
{
	if (slab_fails(gfp))
		return NULL;
	slab_count(1);
	return slab_memory(sizeof(void *), size);
}

void *kzalloc(size_t size, gfp_t gfp)
{
	void *memory = kmalloc(size, gfp);

	return memory ? memset(memory, 0, size) : NULL;
}

void kfree(const void *ptr)
{
	if (!ptr)
		return;
	slab_count(-1);
	free((void *)ptr);
}
