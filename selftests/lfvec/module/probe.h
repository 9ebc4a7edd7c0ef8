/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A kprobe on each instruction of lfvec.ko that has to do with changing a vector
 */
#ifndef TEST_LFVEC_PROBE_H
#define TEST_LFVEC_PROBE_H

#include <linux/kprobes.h>

struct mode;

/*
 * struct probe - an instruction
 *
 * @swap:     it is a `lock cmpxchg`; always armed, as races are lost there
 * @complete: it is the entry of lfvec_complete(); always armed, too
 * @filler:   it is between functions, or where loops are aligned
 * @dead:     it is only executed if something is broken
 * @mode:     in which mode it is come by most often
 * @how:      and how
 * @hits:     how often that was in the run under way
 * @most:     and in the best one
 */
struct probe {
	struct kprobe		kp;
	bool			swap;
	bool			complete;
	bool			filler;
	bool			dead;
	const struct mode	*mode;
	unsigned int		how;
	unsigned int		hits;
	unsigned int		most;
};

extern struct probe *probes;
extern unsigned int nr_probes;

int probes_collect(bool (*wanted)(const char *name), kprobe_pre_handler_t before,
		   kprobe_post_handler_t after);
void probes_release(void);
void probe_arm(struct probe *p, bool on);
unsigned long probe_swaps(const struct probe *p, struct pt_regs *regs);

#endif /* TEST_LFVEC_PROBE_H */
