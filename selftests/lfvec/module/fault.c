// SPDX-License-Identifier: GPL-2.0
/*
 * test_lfvec_fault - each allocation of lfvec.ko fails once in turn
 *
 * Kprobes on the allocators let the n-th call that lfvec.ko makes fail, be it made
 * by us or by its worker, for n = 1, 2 and so on, until a vector's whole life has
 * fewer calls than that. Then again, but with all calls from the n-th on. Whatever
 * fails must say so and leave the vector as it was; and as many objects must be
 * freed as were allocated.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "alloc.h"

#define ELEMS		1000
#define SITES		32

static DECLARE_LFVEC(vec, u64);
static u64 model[ELEMS];
static unsigned long size;
static unsigned int errors, lives, failures;

static atomic_t countdown;	/* to the call that fails */
static bool from_then_on;
static atomic_long_t balance;	/* objects allocated and not freed */
static unsigned long sites[SITES], outer_sites[SITES];

static void remember(unsigned long *list, unsigned long site)
{
	unsigned int i;

	for (i = 0; i < SITES; i++)
		if (list[i] == site || !cmpxchg(&list[i], 0, site))
			return;
}

static bool known(const unsigned long *list, unsigned long site)
{
	unsigned int i;

	for (i = 0; i < SITES; i++)
		if (list[i] == site)
			return true;
	return false;
}

static int on_alloc(struct kprobe *kp, struct pt_regs *regs)
{
	int left;

	if (!alloc_from_lfvec(regs))
		return 0;
	left = atomic_dec_return(&countdown);
	if (left && !(from_then_on && left < 0)) {
		atomic_long_add(strstr(kp->symbol_name, "bulk") ?
				regs_get_kernel_argument(regs, 2) : 1, &balance);
		return 0;
	}
	failures++;
	remember(sites, regs_get_kernel_stack_nth(regs, 0));
	return alloc_fail(regs);
}

/* Some go on as these, as if they were called from where the former were. */
static bool inner_free(const char *name)
{
	return !strcmp(name, "kfree") || !strcmp(name, "kmem_cache_free");
}

static int on_free(struct kprobe *kp, struct pt_regs *regs)
{
	unsigned int arg = !strcmp(kp->symbol_name, "kmem_cache_free");
	unsigned long caller = regs_get_kernel_stack_nth(regs, 0);

	if (!alloc_from_lfvec(regs) || !regs_get_kernel_argument(regs, arg))
		return 0;
	if (!inner_free(kp->symbol_name))
		remember(outer_sites, caller);
	else if (known(outer_sites, caller))
		return 0;
	atomic_long_dec(&balance);
	return 0;
}

static const char * const freers[] = {
	"kfree", "kvfree", "kmem_cache_free", "kmem_cache_destroy",
	"free_percpu",
};

static struct kprobe probes[ARRAY_SIZE(allocators) + ARRAY_SIZE(freers)];
static unsigned int nr_probes;

static void complain(const char *what, long ret)
{
	if (errors++ < 10)
		pr_err("test_lfvec_fault: life %u: %s: %ld\n", lives, what, ret);
}

/* Nothing but want of memory is a reason to fail. */
static bool failed(const char *what, long ret)
{
	if (ret >= 0)
		return false;
	if (ret != -ENOMEM && ret != -EAGAIN)
		complain(what, ret);
	return true;
}

static void unchanged(const char *what)
{
	unsigned long i;
	u64 elem;

	if (lfvec_size(&vec) != size)
		complain(what, lfvec_size(&vec));
	for (i = 0; i < size; i++)
		if (lfvec_load(&vec, i, &elem) || elem != model[i])
			complain(what, i);
}

static void push(gfp_t gfp)
{
	u64 elem = size % 2;
	long ret = lfvec_push(&vec, &elem, gfp);

	if (!failed("push", ret)) {
		if (ret != size)
			complain("index", ret);
		model[size++] = elem;
	}
	unchanged("push");
}

static void push_many(unsigned int nr, gfp_t gfp)
{
	u64 elems[LFVEC_BATCH_MAX];
	unsigned int i;
	long ret;

	for (i = 0; i < nr; i++)
		elems[i] = i;
	ret = lfvec_push_many(&vec, elems, nr, gfp);
	if (!failed("push_many", ret)) {
		memcpy(model + size, elems, nr * sizeof(*elems));
		size += nr;
	}
	unchanged("push_many");
}

static void store(unsigned long index, gfp_t gfp)
{
	u64 elem = index + 7;

	if (index < size && !failed("store", lfvec_store(&vec, index, &elem,
							 gfp)))
		model[index] = elem;
	unchanged("store");
}

/* Operations of all kinds that may want memory. */
static void operations(void)
{
	static const gfp_t gfps[] = { GFP_KERNEL, GFP_ATOMIC, 0 };
	unsigned int i;

	for (i = 0; i < 24; i++) {
		push(gfps[i % 3]);
		store(i / 2, gfps[i % 3]);
	}
	push_many(40, GFP_KERNEL);
	push_many(LFVEC_BATCH_MAX, GFP_ATOMIC);
	failed("reserve", lfvec_reserve(&vec, 500, GFP_KERNEL));
	failed("reserve", lfvec_reserve(&vec, 600, GFP_ATOMIC));
	for (i = 0; i < 20; i++)
		push(0);
	/* the worker */
	usleep_range(200, 400);
	lfvec_shrink(&vec);
	unchanged("shrink");
	for (i = 0; i < 9; i++)
		push(GFP_ATOMIC);
}

static void life(unsigned int flags)
{
	struct lfvec_attr attr = { .spare = 40, .flags = flags };
	int err;

	size = 0;
	lives++;
	err = lfvec_init(&vec, &attr);
	if (!failed("init", err)) {
		operations();
		lfvec_destroy(&vec);
	}
	if (atomic_long_read(&balance)) {
		complain("leaked", atomic_long_read(&balance));
		atomic_long_set(&balance, 0);
	}
}

/* Lives with a failure each, until a life has fewer calls than that. */
static void sweep(unsigned int flags)
{
	unsigned int n = 0, before;

	do {
		before = failures;
		atomic_set(&countdown, ++n);
		life(flags);
	} while (failures != before && n < 10000);
}

static void report(void)
{
	unsigned int i;

	for (i = 0; i < SITES && sites[i]; i++)
		pr_info("test_lfvec_fault: failed at %pS\n", (void *)sites[i]);
	pr_info("test_lfvec_fault: %u sites, %u lives, %u failures, %u errors\n",
		i, lives, failures, errors);
}

static int __init fault_init(void)
{
	text_range(&alloc_text_start, &alloc_text_end);
	nr_probes = alloc_probe(probes, allocators, ARRAY_SIZE(allocators),
				on_alloc);
	nr_probes += alloc_probe(probes + nr_probes, freers, ARRAY_SIZE(freers),
				 on_free);
	sweep(0);
	from_then_on = true;
	sweep(LFVEC_ACCOUNT);
	while (nr_probes)
		unregister_kprobe(&probes[--nr_probes]);
	report();
	return errors || failures < 10 ? -EINVAL : 0;
}

static void __exit fault_exit(void)
{
}

module_init(fault_init);
module_exit(fault_exit);
MODULE_DESCRIPTION("Test of lfvec: allocations that fail");
MODULE_AUTHOR("The lfvec developers");
MODULE_LICENSE("GPL");
