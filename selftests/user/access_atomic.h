/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Atomic accesses of one size: access.c includes this for each TYPE, with the names
 * that ATOMIC() makes. The order that is asked for matters to the hardware, not here:
 * steps are sequentially consistent.
 */

TYPE ATOMIC(load)(const TYPE *addr, int order)
{
	bool step = sched_step(addr);
	TYPE val = *addr;

	if (step)
		sched_stepped(addr, ORDER_READ, "load", FROM);
	return val;
}

void ATOMIC(store)(TYPE *addr, TYPE val, int order)
{
	bool step = sched_step(addr);

	*addr = val;
	if (step)
		sched_stepped(addr, ORDER_WRITE, "store", FROM);
}

TYPE ATOMIC(exchange)(TYPE *addr, TYPE val, int order)
{
	bool step = sched_step(addr);
	TYPE old = *addr;

	*addr = val;
	if (step)
		sched_stepped(addr, ORDER_WRITE, "xchg", FROM);
	return old;
}

/* The stubs say "relaxed" where the result is not used: then these commute. */
TYPE ATOMIC(fetch_add)(TYPE *addr, TYPE val, int order)
{
	bool step = sched_step(addr);
	TYPE old = *addr;

	*addr += val;
	if (step)
		sched_stepped(addr, order == __ATOMIC_RELAXED ? ORDER_ADD :
			      ORDER_WRITE, "add", FROM);
	return old;
}

TYPE ATOMIC(fetch_sub)(TYPE *addr, TYPE val, int order)
{
	bool step = sched_step(addr);
	TYPE old = *addr;

	*addr -= val;
	if (step)
		sched_stepped(addr, order == __ATOMIC_RELAXED ? ORDER_ADD :
			      ORDER_WRITE, "sub", FROM);
	return old;
}

static bool ATOMIC(swapped)(TYPE *addr, TYPE *old, TYPE val, const void *from)
{
	bool step = sched_step(addr), same = *addr == *old;

	if (same)
		*addr = val;
	else
		*old = *addr;
	if (step)
		sched_stepped(addr, same ? ORDER_WRITE : ORDER_READ,
			      same ? "cmpxchg" : "cmpxchg fails", from);
	return same;
}

int ATOMIC(compare_exchange_strong)(TYPE *addr, TYPE *old, TYPE val, int order,
				    int fail)
{
	return ATOMIC(swapped)(addr, old, val, FROM);
}

TYPE ATOMIC(compare_exchange_val)(TYPE *addr, TYPE old, TYPE val, int order,
				  int fail)
{
	ATOMIC(swapped)(addr, &old, val, FROM);
	return old;
}
