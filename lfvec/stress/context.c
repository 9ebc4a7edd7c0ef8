// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_stress - how to get into softirq, hardirq and NMI
 *
 * Timers of a thread fire on its CPU at random times. NMIs are real ones that
 * threads send to any CPU, their own too. Others, as a hypervisor may inject, are
 * taken as well by whoever has the NMIs at the time.
 */
#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/export.h>
#include <linux/preempt.h>
#include <linux/smp.h>

#include "../compat.h"
#include "context.h"
#include "stress.h"

static ktime_t context_interval(struct context_timer *ct)
{
	return ns_to_ktime(ct->interval +
			   prandom_u32_state(ct->rnd) % (2 * ct->interval));
}

static enum hrtimer_restart context_fire(struct hrtimer *timer)
{
	struct context_timer *ct = container_of(timer, struct context_timer,
						timer);

	if (!ct->fn(ct))
		return HRTIMER_NORESTART;
	hrtimer_forward_now(timer, context_interval(ct));
	return HRTIMER_RESTART;
}

/**
 * context_start - have a timer go off again and again, on the CPU where we are
 * @ct:      the timer; what it calls is set
 * @context: LFVEC_STRESS_SOFTIRQ or LFVEC_STRESS_HARDIRQ
 *
 * Context: Task, bound to its CPU.
 */
void context_start(struct context_timer *ct, unsigned int context)
{
	enum hrtimer_mode mode = HRTIMER_MODE_REL_PINNED_HARD;

	if (context == LFVEC_STRESS_SOFTIRQ)
		mode = HRTIMER_MODE_REL_PINNED_SOFT;
	compat_hrtimer_setup(&ct->timer, context_fire, CLOCK_MONOTONIC, mode);
	hrtimer_start(&ct->timer, context_interval(ct), mode);
}
EXPORT_SYMBOL_GPL(context_start);

/**
 * context_stop - stop a timer, and wait until it is done
 * @ct: the timer
 *
 * Context: Task.
 */
void context_stop(struct context_timer *ct)
{
	hrtimer_cancel(&ct->timer);
}
EXPORT_SYMBOL_GPL(context_stop);

#if defined(CONFIG_X86_LOCAL_APIC) && defined(CONFIG_SMP)
#include <asm/apic.h>
#include <asm/nmi.h>

/* The one who has the NMIs. Does not change while the handler is registered. */
static struct {
	unsigned long	taken;
	void		(*fn)(void *arg, unsigned int cpu);
	void		*arg;
} context_nmi_user;

/*
 * Whatever NMI nobody else wants. No count is kept of those sent: a CPU takes two
 * that come at once for one.
 */
static int context_nmi(unsigned int type, struct pt_regs *regs)
{
	context_nmi_user.fn(context_nmi_user.arg, raw_smp_processor_id());
	return NMI_HANDLED;
}

/**
 * context_nmi_start - be called in each NMI that nobody else wants
 * @fn:  what is called, with @arg and the CPU, until context_nmi_stop()
 * @arg: its first argument
 *
 * Context: Task; may sleep.
 * Return: 0, -EBUSY if somebody else has them, -EOPNOTSUPP, or -ENOMEM.
 */
int context_nmi_start(void (*fn)(void *arg, unsigned int cpu), void *arg)
{
	int err;

	if (!IS_ENABLED(CONFIG_ARCH_HAVE_NMI_SAFE_CMPXCHG))
		return -EOPNOTSUPP;
	if (test_and_set_bit_lock(0, &context_nmi_user.taken))
		return -EBUSY;
	context_nmi_user.fn = fn;
	context_nmi_user.arg = arg;
	err = register_nmi_handler(NMI_UNKNOWN, context_nmi, 0, "lfvec_stress");
	if (err)
		clear_bit_unlock(0, &context_nmi_user.taken);
	return err;
}
EXPORT_SYMBOL_GPL(context_nmi_start);

/**
 * context_nmi_stop - be called no more, by those NMIs neither that are under way
 *
 * Context: Task; may sleep.
 */
void context_nmi_stop(void)
{
	/* An NMI that was sent comes before an interrupt that is sent now. */
	kick_all_cpus_sync();
	unregister_nmi_handler(NMI_UNKNOWN, "lfvec_stress");
	clear_bit_unlock(0, &context_nmi_user.taken);
}
EXPORT_SYMBOL_GPL(context_nmi_stop);

/**
 * context_nmi_send - send an NMI to one of the CPUs
 * @rnd: says which one
 *
 * Context: Task, and between context_nmi_start() and context_nmi_stop().
 */
void context_nmi_send(struct rnd_state *rnd)
{
	unsigned int cpu = prandom_u32_state(rnd) % nr_cpu_ids;

	preempt_disable();
	if (cpu_online(cpu))
		apic->send_IPI_mask(cpumask_of(cpu), NMI_VECTOR);
	preempt_enable();
}
EXPORT_SYMBOL_GPL(context_nmi_send);
#else
int context_nmi_start(void (*fn)(void *arg, unsigned int cpu), void *arg)
{
	return -EOPNOTSUPP;
}
EXPORT_SYMBOL_GPL(context_nmi_start);

void context_nmi_stop(void)
{
}
EXPORT_SYMBOL_GPL(context_nmi_stop);

void context_nmi_send(struct rnd_state *rnd)
{
}
EXPORT_SYMBOL_GPL(context_nmi_send);
#endif
