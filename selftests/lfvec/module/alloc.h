/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kprobes on the allocators that lfvec.ko calls, and how to make such a call fail
 */
#ifndef TEST_LFVEC_ALLOC_H
#define TEST_LFVEC_ALLOC_H

#include <linux/kprobes.h>
#include <linux/string.h>

#include "text.h"

/* By their names in kernels of different ages; those that are not there, are not. */
static const char * const allocators[] = {
	"__kmalloc", "__kmalloc_noprof", "kmalloc_trace",
	"__kmalloc_cache_noprof", "kvmalloc_node", "__kvmalloc_node_noprof",
	"kmem_cache_alloc", "kmem_cache_alloc_noprof", "kmem_cache_alloc_bulk",
	"kmem_cache_alloc_bulk_noprof", "kmem_cache_create",
	"__kmem_cache_create_args", "__alloc_percpu_gfp", "pcpu_alloc_noprof",
};

static unsigned long alloc_text_start, alloc_text_end;

static inline bool alloc_from_lfvec(struct pt_regs *regs)
{
	unsigned long caller = regs_get_kernel_stack_nth(regs, 0);

	return caller >= alloc_text_start && caller < alloc_text_end;
}

/* What a call that fails runs instead. */
static notrace noinline void *alloc_nothing(void)
{
	return NULL;
}

/* To be returned by the handler. */
static inline int alloc_fail(struct pt_regs *regs)
{
	instruction_pointer_set(regs, (unsigned long)alloc_nothing);
	return 1;
}

/* With this, a probe is never made a jump, and may change where it goes on. */
static void alloc_after(struct kprobe *kp, struct pt_regs *regs,
			unsigned long flags)
{
}

/* Register probes of those @names that there are; returns how many. */
static inline unsigned int alloc_probe(struct kprobe *kps,
				       const char * const *names,
				       unsigned int nr,
				       kprobe_pre_handler_t handler)
{
	unsigned int made = 0, i;

	for (i = 0; i < nr; i++) {
		memset(&kps[made], 0, sizeof(*kps));
		kps[made].symbol_name = names[i];
		kps[made].pre_handler = handler;
		kps[made].post_handler = alloc_after;
		if (!register_kprobe(&kps[made]))
			made++;
	}
	return made;
}

#endif /* TEST_LFVEC_ALLOC_H */
