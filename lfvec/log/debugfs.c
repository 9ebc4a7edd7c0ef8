// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_log - debugfs/lfvec_logs: what logs there are, and what has become of them
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "log.h"

static struct dentry *log_summary;

static void summary_one(struct seq_file *m, struct lfvec_log_buf *buf)
{
	struct lfvec_log_info info;

	log_info(buf, &info);
	seq_printf(m, "%s:\n", info.name);
	seq_printf(m, "  policy: %s\n", info.policy == LFVEC_LOG_KEEP ?
		   "keep the first" : "overwrite the oldest");
	seq_printf(m, "  level: %u\n", info.level);
	seq_printf(m, "  records: %llu of %llu\n", info.next - info.first,
		   info.records);
	seq_printf(m, "  bytes: %llu of %llu\n", info.bytes_used, info.bytes);
	seq_printf(m, "  memory: %llu of %llu\n", info.memory, info.limit);
	seq_printf(m, "  written: %llu\n  overwritten: %llu\n  cut: %llu\n",
		   info.written, info.overwritten, info.cut);
	seq_printf(m, "  dropped: full %llu, memory %llu, nested %llu, rate %llu\n",
		   info.dropped[LFVEC_LOG_DROP_FULL],
		   info.dropped[LFVEC_LOG_DROP_MEMORY],
		   info.dropped[LFVEC_LOG_DROP_NESTED],
		   info.dropped[LFVEC_LOG_DROP_RATE]);
	seq_printf(m, "  readers: %u\n", info.readers);
}

static int summary_show(struct seq_file *m, void *unused)
{
	struct lfvec_log_buf *buf;

	mutex_lock(&log_lock);
	list_for_each_entry(buf, &log_list, list)
		summary_one(m, buf);
	mutex_unlock(&log_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(summary);

void log_debugfs_init(void)
{
	log_summary = debugfs_create_file("lfvec_logs", 0444, NULL, NULL,
					  &summary_fops);
}

void log_debugfs_exit(void)
{
	debugfs_remove(log_summary);
}
