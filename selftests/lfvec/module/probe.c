// SPDX-License-Identifier: GPL-2.0
/*
 * A kprobe on each instruction of lfvec.ko that has to do with changing a vector
 */
#include <linux/kallsyms.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "probe.h"
#include "text.h"

struct probe *probes;
unsigned int nr_probes;

/* On one CPU, the kernel has made a harmless prefix of `lock`. */
static bool is_swap(const u8 *insn)
{
	return (insn[0] == 0xf0 || insn[0] == 0x3e) &&
	       (insn[1] & 0xf8) == 0x48 && insn[2] == 0x0f && insn[3] == 0xb1;
}

/* With any number of prefixes. */
static bool is_filler(const u8 *insn)
{
	while (*insn == 0x66 || *insn == 0x2e)
		insn++;
	return *insn == 0x90 || *insn == 0xcc ||
	       (insn[0] == 0x0f && insn[1] == 0x1f);
}

/* A call of what ends in a panic, as the stack was overwritten. */
static bool is_dead(const u8 *insn)
{
	char symbol[KSYM_SYMBOL_LEN];
	s32 distance;

	if (*insn != 0xe8)
		return false;
	memcpy(&distance, insn + 1, sizeof(distance));
	sprint_symbol(symbol, (unsigned long)insn + 5 + distance);
	return strstarts(symbol, "__stack_chk_fail");
}

static void probe_fill(struct probe *p, unsigned long addr, const char *symbol,
		       kprobe_pre_handler_t before,
		       kprobe_post_handler_t after)
{
	memset(p, 0, sizeof(*p));
	p->swap = is_swap((u8 *)addr);
	p->filler = is_filler((u8 *)addr);
	p->dead = is_dead((u8 *)addr);
	p->complete = strstarts(symbol, "lfvec_complete+0x0/");
	p->kp.addr = (void *)addr;
	p->kp.pre_handler = before;
	p->kp.post_handler = after;
	p->kp.flags = p->swap || p->complete ? 0 : KPROBE_FLAG_DISABLED;
}

/*
 * probes_collect - make them, in functions that are @wanted by their name
 *
 * They call @before and @after. None is armed, but those that always are. Returns
 * 0 or -ENOMEM.
 */
int probes_collect(bool (*wanted)(const char *name), kprobe_pre_handler_t before,
		   kprobe_post_handler_t after)
{
	char symbol[KSYM_SYMBOL_LEN];
	unsigned long start, end, addr;
	unsigned int size;
	struct probe *p;

	text_range(&start, &end);
	probes = kvcalloc(end - start, sizeof(*probes), GFP_KERNEL);
	if (!probes)
		return -ENOMEM;
	for (addr = start; addr < end; addr += size) {
		size = 1;
		sprint_symbol(symbol, addr);
		if (!wanted(symbol))
			continue;
		p = &probes[nr_probes];
		probe_fill(p, addr, symbol, before, after);
		/* fails where no instruction begins, or none may be probed */
		if (register_kprobe(&p->kp))
			continue;
		size = max_t(unsigned int, p->kp.ainsn.size, 1);
		nr_probes++;
	}
	return 0;
}

void probes_release(void)
{
	struct kprobe **list = kvcalloc(nr_probes, sizeof(*list), GFP_KERNEL);
	unsigned int i;

	for (i = 0; i < nr_probes; i++)
		if (list)
			list[i] = &probes[i].kp;
		else
			unregister_kprobe(&probes[i].kp);
	if (list)
		unregister_kprobes(list, nr_probes);
	kvfree(list);
	kvfree(probes);
}

void probe_arm(struct probe *p, bool on)
{
	if (p->swap || p->complete)
		return;
	if (on)
		enable_kprobe(&p->kp);
	else
		disable_kprobe(&p->kp);
}

/* The address of what a `lock cmpxchg` swaps: a base register and a displacement. */
unsigned long probe_swaps(const struct probe *p, struct pt_regs *regs)
{
	static const unsigned int offset[] = {
		offsetof(struct pt_regs, ax), offsetof(struct pt_regs, cx),
		offsetof(struct pt_regs, dx), offsetof(struct pt_regs, bx),
		offsetof(struct pt_regs, sp), offsetof(struct pt_regs, bp),
		offsetof(struct pt_regs, si), offsetof(struct pt_regs, di),
		offsetof(struct pt_regs, r8), offsetof(struct pt_regs, r9),
		offsetof(struct pt_regs, r10), offsetof(struct pt_regs, r11),
		offsetof(struct pt_regs, r12), offsetof(struct pt_regs, r13),
		offsetof(struct pt_regs, r14), offsetof(struct pt_regs, r15),
	};
	/* behind the prefix and cmpxchg: the operand, and a byte for some of them */
	const u8 *insn = (const u8 *)p->kp.addr;
	unsigned int base = (insn[4] & 7) | (insn[1] & 1) << 3;
	unsigned int sib = (insn[4] & 7) == 4;
	unsigned long address = regs_get_register(regs, offset[base]);
	s32 far;

	switch (insn[4] >> 6) {
	case 0:
		return address;
	case 1:
		return address + (s8)insn[5 + sib];
	default:
		memcpy(&far, insn + 5 + sib, sizeof(far));
		return address + far;
	}
}
