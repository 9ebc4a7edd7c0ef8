// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_log - the last records of a log, through printk
 *
 * On demand, and for logs that want it, on oops and panic: before the consoles are
 * flushed for the last time, from whatever context. It takes no lock of ours.
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/kmsg_dump.h>
#include <linux/math64.h>
#include <linux/printk.h>
#include <linux/rculist.h>

#include "../compat.h"
#include "log.h"

/* Bytes of a binary record that are printed. */
#define DUMP_BINARY	64

static void dump_record(const struct lfvec_log_buf *buf,
			const struct log_record *rec)
{
	u32 ns;
	u64 s = div_u64_rem(rec->time, NSEC_PER_SEC, &ns);

	if (rec->flags & LFVEC_LOG_BINARY)
		pr_notice("%s: [%5llu.%06u] <%u> type %u: %*phN\n",
			  buf->name, s, ns / 1000, rec->level, rec->type,
			  min_t(int, rec->len, DUMP_BINARY), rec->data);
	else
		pr_notice("%s: [%5llu.%06u] <%u> %.*s\n", buf->name, s,
			  ns / 1000, rec->level, rec->text_len, rec->data);
}

/* Print the last @nr records. */
void log_dump(struct lfvec_log_buf *buf, unsigned int nr)
{
	unsigned long end = lfvec_sized_end(&buf->vec), seq;
	const struct log_record *rec;

	for (seq = end > nr ? end - nr : 0; seq < end; seq++) {
		rcu_read_lock();
		rec = lfvec_sized_get(&buf->vec, seq);
		if (!IS_ERR(rec))
			dump_record(buf, rec);
		rcu_read_unlock();
	}
}

/**
 * lfvec_log_dump() - print the last records of a log through printk
 * @log: the log
 * @nr:  how many, at most %LFVEC_LOG_DUMP_MAX
 *
 * They are printed as notices, text up to printk's line length and
 * binary ones up to 64 bytes.
 *
 * Context: Any in which printk() may be called.
 */
void lfvec_log_dump(struct lfvec_log *log, unsigned int nr)
{
	struct lfvec_log_buf *buf = READ_ONCE(log->buf);

	if (buf)
		log_dump(buf, min(nr, LFVEC_LOG_DUMP_MAX));
}
EXPORT_SYMBOL_GPL(lfvec_log_dump);

static void log_dump_all(struct kmsg_dumper *dumper, compat_dump_reason reason)
{
	struct lfvec_log_buf *buf;

	rcu_read_lock();
	list_for_each_entry_rcu(buf, &log_list, list)
		if (buf->attr.dump)
			log_dump(buf, buf->attr.dump);
	rcu_read_unlock();
}

static struct kmsg_dumper log_dumper = {
	.dump		= log_dump_all,
	.max_reason	= KMSG_DUMP_OOPS,
};

void log_dumper_init(void)
{
	kmsg_dump_register(&log_dumper);
}

void log_dumper_exit(void)
{
	kmsg_dump_unregister(&log_dumper);
}
