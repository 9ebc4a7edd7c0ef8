// SPDX-License-Identifier: GPL-2.0
/*
 * What the same load can be put on
 *
 * The published form is the very file of lfvec_stress.ko.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>

#include "../../lfvec/lfvec_int.h"
#include "../../lfvec/stress/stress.h"
#include "peers.h"

static void *vec_create(unsigned int esize, const struct lfvec_attr *attr,
			unsigned int chunk)
{
	struct lfvec *vec = aligned_alloc(__alignof__(*vec), sizeof(*vec));

	if (!vec || __lfvec_init(vec, esize, attr)) {
		free(vec);
		return NULL;
	}
	if (chunk)
		lfvec_pool_set_chunk(&vec->pool, min(chunk, vec->pool.chunk));
	return vec;
}

static void vec_destroy(void *v)
{
	__lfvec_destroy(v);
	free(v);
}

static unsigned long vec_size(void *v)
{
	return __lfvec_size(v);
}

static long vec_push(void *v, const void *elem, gfp_t gfp)
{
	return __lfvec_push(v, elem, gfp);
}

static int vec_pop(void *v, void *elem)
{
	return __lfvec_pop(v, elem);
}

static int vec_load(void *v, unsigned long index, void *elem)
{
	return __lfvec_load(v, index, elem);
}

static int vec_xchg(void *v, unsigned long index, const void *new, void *old,
		    gfp_t gfp)
{
	return __lfvec_xchg(v, index, new, old, gfp);
}

static int vec_cmpxchg(void *v, unsigned long index, void *old, const void *new,
		       gfp_t gfp)
{
	return __lfvec_cmpxchg(v, index, old, new, gfp);
}

static long vec_push_many(void *v, const void *elems, unsigned int nr,
			  gfp_t gfp)
{
	return __lfvec_push_many(v, elems, nr, gfp);
}

static int vec_pop_many(void *v, void *elems, unsigned int nr)
{
	return __lfvec_pop_many(v, elems, nr);
}

static long vec_truncate(void *v, unsigned long size)
{
	return __lfvec_truncate(v, size);
}

const struct peer peer_lfvec = {
	.name		= "lfvec",
	.create		= vec_create,
	.destroy	= vec_destroy,
	.size		= vec_size,
	.push		= vec_push,
	.pop		= vec_pop,
	.load		= vec_load,
	.exchange	= vec_xchg,
	.compare	= vec_cmpxchg,
	.push_many	= vec_push_many,
	.pop_many	= vec_pop_many,
	.truncate	= vec_truncate,
};

static void *dps_create(unsigned int esize, const struct lfvec_attr *attr,
			unsigned int chunk)
{
	struct lfvec_attr all = {
		.first = attr->first ?: LFVEC_FIRST_DEFAULT,
		.max = attr->max ?: (1UL << LFVEC_BUCKET_SHIFT_MAX),
	};
	void *v = published_create(esize, &all, false);

	return IS_ERR(v) ? NULL : v;
}

static unsigned long dps_size(void *v)
{
	return stress_impl_published.size(v);
}

static long dps_push(void *v, const void *elem, gfp_t gfp)
{
	return gfp ? published_push(v, elem, gfp) : -ENOMEM;
}

static void dps_relax(void)
{
	rcu_barrier();
}

const struct peer peer_published = {
	.name		= "published",
	.create		= dps_create,
	.destroy	= published_destroy,
	.size		= dps_size,
	.push		= dps_push,
	.pop		= published_pop,
	.load		= published_load,
	.relax		= dps_relax,
};

#define SPIN_MAX	BIT(20)

struct spin {
	pthread_spinlock_t	lock;	/* for all below */
	unsigned long		size;
	unsigned long		max;
	unsigned int		esize;
	u8			*data;
};

static void *spin_make(unsigned int esize, const struct lfvec_attr *attr,
		       unsigned int chunk)
{
	struct spin *spin = calloc(1, sizeof(*spin));

	if (!spin)
		return NULL;
	pthread_spin_init(&spin->lock, PTHREAD_PROCESS_PRIVATE);
	spin->max = min(attr->max ?: SPIN_MAX, SPIN_MAX);
	spin->esize = esize;
	spin->data = malloc(spin->max * esize);
	return spin;
}

static void spin_free(void *v)
{
	struct spin *spin = v;

	free(spin->data);
	free(spin);
}

static u8 *spin_at(struct spin *spin, unsigned long index)
{
	return spin->data + index * spin->esize;
}

static unsigned long spin_size(void *v)
{
	struct spin *spin = v;
	unsigned long size;

	pthread_spin_lock(&spin->lock);
	size = spin->size;
	pthread_spin_unlock(&spin->lock);
	return size;
}

static long spin_append(void *v, const void *elem, gfp_t gfp)
{
	struct spin *spin = v;
	long ret = gfp ? -ENOSPC : -ENOMEM;

	pthread_spin_lock(&spin->lock);
	if (gfp && spin->size < spin->max) {
		ret = spin->size++;
		memcpy(spin_at(spin, ret), elem, spin->esize);
	}
	pthread_spin_unlock(&spin->lock);
	return ret;
}

static int spin_remove(void *v, void *elem)
{
	struct spin *spin = v;
	int ret = -ENOENT;

	pthread_spin_lock(&spin->lock);
	if (spin->size) {
		memcpy(elem, spin_at(spin, --spin->size), spin->esize);
		ret = 0;
	}
	pthread_spin_unlock(&spin->lock);
	return ret;
}

static int spin_read(void *v, unsigned long index, void *elem)
{
	struct spin *spin = v;
	int ret = -ERANGE;

	pthread_spin_lock(&spin->lock);
	if (index < spin->size) {
		memcpy(elem, spin_at(spin, index), spin->esize);
		ret = 0;
	}
	pthread_spin_unlock(&spin->lock);
	return ret;
}

const struct peer peer_spinlock = {
	.name		= "spinlock",
	.create		= spin_make,
	.destroy	= spin_free,
	.size		= spin_size,
	.push		= spin_append,
	.pop		= spin_remove,
	.load		= spin_read,
};

const struct peer *peer_find(const char *name)
{
	static const struct peer * const peers[] = {
		&peer_lfvec, &peer_published, &peer_spinlock,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(peers); i++)
		if (!strcmp(name, peers[i]->name))
			return peers[i];
	return NULL;
}
