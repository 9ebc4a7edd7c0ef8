/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_LLIST_H
#define _LINUX_LLIST_H

#include <linux/atomic.h>
#include <linux/kernel.h>

struct llist_node {
	struct llist_node	*next;
};

struct llist_head {
	struct llist_node	*first;
};

#define llist_entry(ptr, type, member)	container_of(ptr, type, member)

/* @n holds the next link, not the next entry: there is none before NULL. */
#define llist_for_each_entry_safe(pos, n, node, member)			\
	for (struct llist_node *__link = (node);			\
	     __link && ((n) = (void *)__link->next,			\
			(pos) = llist_entry(__link, __typeof__(*(pos)),	\
					    member), true);		\
	     __link = (void *)(n))

static inline void init_llist_head(struct llist_head *head)
{
	head->first = NULL;
}

static inline bool llist_add_batch(struct llist_node *first,
				   struct llist_node *last,
				   struct llist_head *head)
{
	struct llist_node *old = READ_ONCE(head->first);

	do {
		last->next = old;
	} while (!try_cmpxchg(&head->first, &old, first));
	return !old;
}

static inline bool llist_add(struct llist_node *node, struct llist_head *head)
{
	return llist_add_batch(node, node, head);
}

static inline struct llist_node *llist_del_all(struct llist_head *head)
{
	return xchg(&head->first, NULL);
}

#endif /* _LINUX_LLIST_H */
