/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the same load can be put on: the vector, the published form of it, and a
 * spinlock with an array. A call that is NULL is not supported.
 */
#ifndef _PEERS_H
#define _PEERS_H

#include <linux/gfp.h>
#include <linux/lfvec.h>

struct peer {
	const char	*name;
	/* @chunk: nodes moved at once, if not the default. NULL: failed. */
	void		*(*create)(unsigned int esize,
				   const struct lfvec_attr *attr,
				   unsigned int chunk);
	void		(*destroy)(void *v);
	unsigned long	(*size)(void *v);
	long		(*push)(void *v, const void *elem, gfp_t gfp);
	int		(*pop)(void *v, void *elem);
	int		(*load)(void *v, unsigned long index, void *elem);
	int		(*exchange)(void *v, unsigned long index,
				    const void *new, void *old, gfp_t gfp);
	int		(*compare)(void *v, unsigned long index, void *old,
				   const void *new, gfp_t gfp);
	long		(*push_many)(void *v, const void *elems,
				     unsigned int nr, gfp_t gfp);
	int		(*pop_many)(void *v, void *elems, unsigned int nr);
	long		(*truncate)(void *v, unsigned long size);
	/* NULL, or called now and then: wait for memory that piles up */
	void		(*relax)(void);
};

extern const struct peer peer_lfvec;
extern const struct peer peer_published;
extern const struct peer peer_spinlock;

/* NULL if there is none of that name. */
const struct peer *peer_find(const char *name);

#endif /* _PEERS_H */
