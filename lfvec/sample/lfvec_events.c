// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_events - a log of what really happens in the running kernel
 *
 * A sample, to copy from. /dev/lfvec/events tells of modules, network devices and
 * CPUs that come and go. /dev/lfvec/opens has each file that is opened or executed:
 * so many that they get a log of their own, where they push out nothing else.
 *
 *	modprobe lfvec_events
 *	lfvec log show events
 *	lfvec log show -f opens
 *
 * With opens=0 there is no second log. With binary=1, which may be changed at any
 * time, its records are struct events_open, of type EVENTS_OPEN.
 */
#include <linux/cpuhotplug.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kprobes.h>
#include <linux/lfvec_log.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/string.h>

#include "../compat.h"

/* How a binary record of "opens" is to be read. */
#define EVENTS_OPEN	1

/**
 * struct events_open - somebody opens a file
 * @dfd:  the directory that @name is relative to, if it is relative; AT_FDCWD for
 *	  the current one
 * @name: the name, with a final NUL, where the record ends
 */
struct events_open {
	s32	dfd;
	char	name[124];
};

static bool with_opens = true;
module_param_named(opens, with_opens, bool, 0444);
MODULE_PARM_DESC(opens, "Log each file that is opened (default: yes)");

static unsigned int records = 4096;
module_param(records, uint, 0444);
MODULE_PARM_DESC(records, "So many of them at most (default: 4096)");

static bool binary;
module_param(binary, bool, 0644);
MODULE_PARM_DESC(binary, "In binary (default: no)");

/* What led to an oops or a panic is printed then. */
static DEFINE_LFVEC_LOG(events, "events", .dump = 32);

static struct lfvec_log *opens;

static int on_cpu_online(unsigned int cpu)
{
	lfvec_log_notice(&events, "CPU %u is online", cpu);
	return 0;
}

static int on_cpu_offline(unsigned int cpu)
{
	lfvec_log_notice(&events, "CPU %u goes offline", cpu);
	return 0;
}

static int on_module(struct notifier_block *nb, unsigned long state, void *data)
{
	static const char * const states[] = {
		[MODULE_STATE_LIVE]	= "live",
		[MODULE_STATE_COMING]	= "coming",
		[MODULE_STATE_GOING]	= "going",
	};
	const struct module *mod = data;

	if (state < ARRAY_SIZE(states))
		lfvec_log_kv(&events, LOGLEVEL_INFO,
			     LFVEC_LOG_FIELDS(LFVEC_LOG_STR("NAME", mod->name),
					      LFVEC_LOG_STR("STATE", states[state])),
			     "module %s: %s", mod->name, states[state]);
	return NOTIFY_DONE;
}

static struct notifier_block module_nb = {
	.notifier_call = on_module,
};

static bool leaving;

static int on_netdev(struct notifier_block *nb, unsigned long event, void *info)
{
	const struct net_device *dev = netdev_notifier_info_to_dev(info);
	const char *what = netdev_cmd_to_name(event);

	/* to whom takes leave, it is said that each device goes, and none does */
	if (READ_ONCE(leaving))
		return NOTIFY_DONE;
	lfvec_log_kv(&events, LOGLEVEL_INFO,
		     LFVEC_LOG_FIELDS(LFVEC_LOG_STR("NAME", dev->name),
				      LFVEC_LOG_STR("EVENT", what),
				      LFVEC_LOG_S("IFINDEX", dev->ifindex),
				      LFVEC_LOG_U("FLAGS", dev->flags),
				      LFVEC_LOG_U("MTU", dev->mtu)),
		     "%s: %s", dev->name, what);
	return NOTIFY_DONE;
}

static struct notifier_block netdev_nb = {
	.notifier_call = on_netdev,
};

#ifdef CONFIG_HAVE_FUNCTION_ARG_ACCESS_API
/* Filled in place, and no longer than it needs to be. */
static void log_open_binary(int dfd, const char *name)
{
	struct events_open *e = lfvec_log_reserve(opens, LOGLEVEL_INFO,
						  EVENTS_OPEN, sizeof(*e));
	ssize_t len;

	if (!e)
		return;
	e->dfd = dfd;
	len = strscpy(e->name, name, sizeof(e->name));
	if (len < 0)
		len = sizeof(e->name) - 1;
	lfvec_log_commit(opens, e, offsetof(struct events_open, name) + len + 1);
}

/*
 * A probe may fire wherever it is put, with whatever locks held, and be an NMI to
 * those it interrupts. To write to a log is all right even so.
 */
static int on_open(struct kprobe *kp, struct pt_regs *regs)
{
	/* the kernel's own copy of what the user gave */
	const struct filename *file = (void *)compat_argument(regs, 1);
	int dfd = compat_argument(regs, 0);

	if (READ_ONCE(binary))
		log_open_binary(dfd, file->name);
	else
		lfvec_log_kv(opens, LOGLEVEL_INFO,
			     LFVEC_LOG_FIELDS(LFVEC_LOG_S("DFD", dfd)),
			     "open %s", file->name);
	return 0;
}

static struct kprobe open_probe = {
	.pre_handler	= on_open,
};

/* What the kernel opens files with has changed its name, not its arguments. */
static int probe_opens(void)
{
	static const char * const names[] = { "do_filp_open", "do_file_open" };
	int err = -ENOENT;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names) && err == -ENOENT; i++) {
		open_probe.symbol_name = names[i];
		err = register_kprobe(&open_probe);
	}
	return err;
}

static void unprobe_opens(void)
{
	unregister_kprobe(&open_probe);	/* none is running afterwards */
}
#else
static int probe_opens(void)
{
	return -EOPNOTSUPP;
}

static void unprobe_opens(void)
{
}
#endif

/* Where there are no kprobes, or not this one, the rest is as good without. */
static void opens_start(void)
{
	struct lfvec_log_attr attr = { .records = records };
	int err;

	opens = lfvec_log_create("opens", &attr);
	if (IS_ERR(opens)) {
		lfvec_log_warn(&events, "no log of opens: %pe", opens);
		opens = NULL;
		return;
	}
	err = probe_opens();
	if (!err)
		return;
	lfvec_log_warn(&events, "no probe of opens: %pe", ERR_PTR(err));
	lfvec_log_destroy(opens);
	opens = NULL;
}

static void opens_stop(void)
{
	if (!opens)
		return;
	unprobe_opens();
	lfvec_log_destroy(opens);
}

static enum cpuhp_state cpu_state;

/* First comes the log; then there is somewhere to say what goes wrong. */
static int __init events_init(void)
{
	int err;

	err = lfvec_log_register(&events);
	if (err)
		return err;
	err = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "lfvec/events:online",
					on_cpu_online, on_cpu_offline);
	if (err < 0)
		goto err_log;
	cpu_state = err;
	err = register_module_notifier(&module_nb);
	if (err)
		goto err_cpu;
	/* tells of the devices that there are */
	err = register_netdevice_notifier(&netdev_nb);
	if (err)
		goto err_module;
	if (with_opens)
		opens_start();
	return 0;

err_module:
	unregister_module_notifier(&module_nb);
err_cpu:
	cpuhp_remove_state_nocalls(cpu_state);
err_log:
	lfvec_log_unregister(&events);
	return err;
}

/* Who has a log open reads what is left, and then sees its end. */
static void __exit events_exit(void)
{
	opens_stop();
	WRITE_ONCE(leaving, true);
	unregister_netdevice_notifier(&netdev_nb);
	unregister_module_notifier(&module_nb);
	cpuhp_remove_state_nocalls(cpu_state);
	lfvec_log_unregister(&events);
}

module_init(events_init);
module_exit(events_exit);
MODULE_DESCRIPTION("A log of modules, network devices, CPUs and opened files");
MODULE_AUTHOR("The lfvec developers");
MODULE_LICENSE("GPL");
