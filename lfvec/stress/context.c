// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_stress - a run's workers in softirq, hardirq and NMI
 *
 * Timers of each thread fire on its CPU at random times. NMIs are real ones that
 * the threads send to any CPU, their own too. Others, as a hypervisor may inject,
 * are taken as well while the run lasts.
 */
#include <linux/cpumask.h>
#include <linux/preempt.h>
#include <linux/smp.h>

#include "run.h"

/* ns between two bursts of a timer: at least this, and at most thrice that */
#define CONTEXT_INTERVAL	50000U

static ktime_t context_interval(struct stress_worker *w)
{
	return ns_to_ktime(CONTEXT_INTERVAL + prandom_u32_state(&w->rnd) %
			   (2 * CONTEXT_INTERVAL));
}

static enum hrtimer_restart context_timer(struct hrtimer *timer)
{
	struct stress_worker *w = container_of(timer, struct stress_worker,
					       timer);

	if (READ_ONCE(w->run->stop))
		return HRTIMER_NORESTART;
	worker_burst(w);
	hrtimer_forward_now(timer, context_interval(w));
	return HRTIMER_RESTART;
}

/* On the CPU where we are. */
void context_start(struct stress_worker *w)
{
	enum hrtimer_mode mode = HRTIMER_MODE_REL_PINNED_HARD;

	if (w->context == LFVEC_STRESS_SOFTIRQ)
		mode = HRTIMER_MODE_REL_PINNED_SOFT;
	hrtimer_init(&w->timer, CLOCK_MONOTONIC, mode);
	w->timer.function = context_timer;
	hrtimer_start(&w->timer, context_interval(w), mode);
}

void context_stop(struct stress_worker *w)
{
	hrtimer_cancel(&w->timer);
}

#if defined(CONFIG_X86_LOCAL_APIC) && defined(CONFIG_SMP)
#include <asm/apic.h>
#include <asm/nmi.h>

static struct stress_run *context_nmi_run;

/*
 * Whatever NMI nobody else wants. No count is kept of those sent: a CPU takes two
 * that come at once for one.
 */
static int context_nmi(unsigned int type, struct pt_regs *regs)
{
	struct stress_run *run = READ_ONCE(context_nmi_run);

	worker_burst(&run->nmi[raw_smp_processor_id()]);
	return NMI_HANDLED;
}

int context_nmi_start(struct stress_run *run)
{
	int err;

	if (!IS_ENABLED(CONFIG_ARCH_HAVE_NMI_SAFE_CMPXCHG))
		return -EOPNOTSUPP;
	if (cmpxchg(&context_nmi_run, NULL, run))
		return -EBUSY;
	err = register_nmi_handler(NMI_UNKNOWN, context_nmi, 0, "lfvec_stress");
	if (err)
		WRITE_ONCE(context_nmi_run, NULL);
	return err;
}

void context_nmi_stop(struct stress_run *run)
{
	/* An NMI that was sent comes before an interrupt that is sent now. */
	kick_all_cpus_sync();
	unregister_nmi_handler(NMI_UNKNOWN, "lfvec_stress");
	WRITE_ONCE(context_nmi_run, NULL);
}

/* To one of the CPUs. */
void context_nmi_send(struct stress_worker *w)
{
	unsigned int cpu = prandom_u32_state(&w->rnd) % nr_cpu_ids;

	preempt_disable();
	if (cpu_online(cpu))
		apic->send_IPI_mask(cpumask_of(cpu), NMI_VECTOR);
	preempt_enable();
}
#else
int context_nmi_start(struct stress_run *run)
{
	return -EOPNOTSUPP;
}

void context_nmi_stop(struct stress_run *run)
{
}

void context_nmi_send(struct stress_worker *w)
{
}
#endif
