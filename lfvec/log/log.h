/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside lfvec_log.ko
 */
#ifndef _LFVEC_LOG_INT_H
#define _LFVEC_LOG_INT_H

#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/irq_work.h>
#include <linux/kconfig.h>
#include <linux/lfvec_log.h>
#include <linux/lfvec_sized.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/wait.h>

/*
 * struct log_record - an element of the vector; its index is its sequence number
 *
 * Members are as in struct lfvec_log_record. Until it is committed, @len is what
 * there is room for.
 */
struct log_record {
	u64	time;
	u32	pid;
	u16	cpu;
	u16	type;
	u16	len;
	u16	text_len;
	u8	level;
	u8	facility;
	u8	context;
	u8	flags;
	char	comm[LFVEC_LOG_COMM_MAX];
	u8	data[];
};

/*
 * struct lfvec_log_buf - a log, but for what belongs to those who write it
 *
 * It goes with the last reference to @dev, which the log has until it is
 * unregistered, and every open file.
 *
 * @clock, @limited: read by each write, as is @wait
 * @clear:  sequence number after the last clear
 * @dead:   nothing will be written any more
 * @rate:   the log's rate limit, if @limited
 * @log:    whose level it is; NULL once it is dead
 */
struct lfvec_log_buf {
	enum lfvec_log_clock	clock;
	bool			limited;
	bool			dead;
	wait_queue_head_t	wait;
	struct irq_work		wake;

	struct lfvec_sized	vec;
	atomic_long_t		dropped[LFVEC_LOG_DROPS];
	atomic_long_t		cut;
	atomic_long_t		clear;
	atomic_t		readers;
	struct ratelimit_state	rate;

	struct device		dev;
	struct cdev		cdev;
	struct mutex		lock;	/* for @log */
	struct lfvec_log	*log;
	struct list_head	list;
	struct lfvec_log_attr	attr;
	char			name[LFVEC_LOG_NAME_MAX];
};

/* log.c */
extern struct list_head log_list;
extern struct mutex log_lock;
int log_set_level(struct lfvec_log_buf *buf, unsigned int level);
void log_info(struct lfvec_log_buf *buf, struct lfvec_log_info *info);

/* write.c */
u64 log_now(const struct lfvec_log_buf *buf);
void log_wake_work(struct irq_work *work);
__printf(5, 0)
long log_text(struct lfvec_log_buf *buf, unsigned int facility, int level,
	      const struct lfvec_log_field *fields, const char *fmt,
	      va_list args);

/* read.c */
extern const struct file_operations log_fops;

/*
 * struct log_reader - an open file
 *
 * @seq:  of the record that is read next
 * @line: room for what one call returns, or for one record
 */
struct log_reader {
	struct lfvec_log_buf	*buf;
	struct mutex		lock;	/* for writes of @seq, and @line */
	u64			seq;
	char			line[LFVEC_LOG_LINE_MAX] __aligned(8);
};

bool log_there(struct lfvec_log_buf *buf, u64 seq);
bool log_over(struct lfvec_log_buf *buf, u64 seq);
int log_wait(struct log_reader *reader, u64 seq, bool may);
u64 log_skip(struct lfvec_log_buf *buf, u64 seq);

/* ioctl.c */
long log_ioctl(struct file *file, unsigned int cmd, unsigned long arg);

/* line.c */
size_t log_line(char *line, const struct log_record *rec, u64 seq);

/* dump.c */
void log_dump(struct lfvec_log_buf *buf, unsigned int nr);
void log_dumper_init(void);
void log_dumper_exit(void);

/* debugfs.c */
void log_debugfs_init(void);
void log_debugfs_exit(void);

#endif /* _LFVEC_LOG_INT_H */
