/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where each value has gone
 *
 * With K distinct values, how often each one was put into the vector must be
 * how often it came out of it or is left there. With unique values, each one
 * that was put in must have come out, or be left, exactly once.
 */
#ifndef _ACCOUNT_H
#define _ACCOUNT_H

#include <linux/types.h>

struct account;

/* What one thread put in and took out. */
struct ledger {
	struct account	*account;
	unsigned int	thread;
	u64		next;		/* unique value of this thread */
	u64		*in;		/* by value, if there are K */
	u64		*out;
	u64		nr_in;
	u64		nr_out;
	u64		truncated;
	u64		torn;		/* elements that no one put in */
	u64		disorder;	/* loads that went back in time */
};

struct verdict {
	u64		in;
	u64		out;
	u64		truncated;
	u64		lost;
	u64		duplicated;
	u64		torn;
	u64		disorder;
};

/* @values: how many distinct ones; 0 for unique ones */
struct account *account_create(unsigned int threads, u64 values,
			       unsigned int esize);
void account_destroy(struct account *account);
struct ledger *account_ledger(struct account *account, unsigned int thread);
void account_verdict(struct account *account, struct verdict *verdict);

/* An element to put in; then that it was put in. */
void ledger_make(struct ledger *ledger, void *elem);
void ledger_in(struct ledger *ledger, const void *elem);

/* An element that came out, or was seen. */
void ledger_out(struct ledger *ledger, const void *elem);
void ledger_seen(struct ledger *ledger, const void *elem);

/* Two elements that were seen at one index, one after the other. */
void ledger_order(struct ledger *ledger, const void *before, const void *after);

#endif /* _ACCOUNT_H */
