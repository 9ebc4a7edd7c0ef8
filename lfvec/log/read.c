// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_log - reading a log as /dev/kmsg is read
 *
 * Readers take nothing from writers, nor from each other. Each open file has a
 * cursor. What it finds there is copied within an RCU read-side section, in which
 * no record that was there can change or go.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include <trace/events/lfvec_log.h>

#include "log.h"

/* Is there something to be read at @seq, if only that it is gone? */
bool log_there(struct lfvec_log_buf *buf, u64 seq)
{
	const void *rec;

	rcu_read_lock();
	rec = lfvec_sized_get(&buf->vec, seq);
	rcu_read_unlock();
	return rec != ERR_PTR(-ERANGE);
}

/* Will there never be anything at @seq? */
bool log_over(struct lfvec_log_buf *buf, u64 seq)
{
	/*
	 * LMM(log_over:A)
	 *
	 * That it is dead before the last look for a record. Pairs with
	 * lfvec_log_unregister:A.
	 */
	return smp_load_acquire(&buf->dead) && !log_there(buf, seq);
}

/* The record at @seq is gone: the next one that is there. */
u64 log_skip(struct lfvec_log_buf *buf, u64 seq)
{
	u64 next = max_t(u64, lfvec_sized_oldest(&buf->vec), seq + 1);

	trace_lfvec_log_overrun(buf->name, seq, next - seq);
	return next;
}

/*
 * Wait for the record at @seq, if that is not there and we @may; not with the lock,
 * so that others who share the file need not wait for us. Returns 0 if there is one, or if
 * there never will be; or -EAGAIN or -ERESTARTSYS.
 */
int log_wait(struct log_reader *reader, u64 seq, bool may)
{
	struct lfvec_log_buf *buf = reader->buf;
	int err;

	if (log_there(buf, seq) || log_over(buf, seq))
		return 0;
	if (!may)
		return -EAGAIN;
	mutex_unlock(&reader->lock);
	/*
	 * LMM(log_wait:A)
	 *
	 * Full barrier in prepare_to_wait_event(): that we wait before the look
	 * for a record. Pairs with log_wake:A.
	 */
	err = wait_event_interruptible(buf->wait, log_there(buf, seq) ||
				       log_over(buf, seq));
	mutex_lock(&reader->lock);
	return err;
}

/* Make a line of the record at the cursor: its length, or a negative errno. */
static ssize_t log_read_line(struct log_reader *reader)
{
	struct lfvec_log_buf *buf = reader->buf;
	const struct log_record *rec;
	ssize_t len;

	rcu_read_lock();
	rec = lfvec_sized_get(&buf->vec, reader->seq);
	len = IS_ERR(rec) ? PTR_ERR(rec) :
	      log_line(reader->line, rec, reader->seq);
	rcu_read_unlock();
	if (len == -EPIPE)
		WRITE_ONCE(reader->seq, log_skip(buf, reader->seq));
	return len;
}

static ssize_t log_read(struct file *file, char __user *to, size_t count,
			loff_t *pos)
{
	struct log_reader *reader = file->private_data;
	ssize_t len;

	if (mutex_lock_interruptible(&reader->lock))
		return -ERESTARTSYS;
	do {
		len = log_wait(reader, reader->seq,
			       !(file->f_flags & O_NONBLOCK));
		if (len)
			break;
		len = log_read_line(reader);
		/* unless another one who shares the file was faster */
	} while (len == -ERANGE && !log_over(reader->buf, reader->seq));
	if (len == -ERANGE)
		len = 0;
	if (len > 0 && len > (ssize_t)count)
		len = -EINVAL;
	if (len > 0 && copy_to_user(to, reader->line, len))
		len = -EFAULT;
	if (len > 0)
		WRITE_ONCE(reader->seq, reader->seq + 1);
	mutex_unlock(&reader->lock);
	return len;
}

static loff_t log_llseek(struct file *file, loff_t offset, int whence)
{
	struct log_reader *reader = file->private_data;
	struct lfvec_log_buf *buf = reader->buf;
	u64 seq;

	if (offset)
		return -ESPIPE;
	switch (whence) {
	case SEEK_SET:
		seq = lfvec_sized_oldest(&buf->vec);
		break;
	case SEEK_DATA:
		seq = atomic_long_read(&buf->clear);
		break;
	case SEEK_END:
		seq = lfvec_sized_end(&buf->vec);
		break;
	default:
		return -EINVAL;
	}
	mutex_lock(&reader->lock);
	WRITE_ONCE(reader->seq, seq);
	mutex_unlock(&reader->lock);
	return 0;
}

static __poll_t log_poll(struct file *file, poll_table *wait)
{
	struct log_reader *reader = file->private_data;
	struct lfvec_log_buf *buf = reader->buf;
	__poll_t mask = 0;
	const void *rec;
	u64 seq;

	poll_wait(file, &buf->wait, wait);
	/*
	 * LMM(log_poll:A)
	 *
	 * That we wait before the look for a record. Pairs with log_wake:A.
	 */
	smp_mb();
	if (smp_load_acquire(&buf->dead))	/* as log_over:A */
		mask |= EPOLLHUP;
	seq = READ_ONCE(reader->seq);
	rcu_read_lock();
	rec = lfvec_sized_get(&buf->vec, seq);
	rcu_read_unlock();
	if (rec != ERR_PTR(-ERANGE))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (rec == ERR_PTR(-EPIPE))
		mask |= EPOLLERR | EPOLLPRI;
	return mask;
}

__printf(4, 5)
static long log_inject(struct lfvec_log_buf *buf, unsigned int facility,
		       unsigned int level, const char *fmt, ...)
{
	va_list args;
	long seq;

	va_start(args, fmt);
	seq = log_text(buf, facility, level, NULL, fmt, args);
	va_end(args);
	return seq;
}

/*
 * "<N>" at the beginning is the level, and a facility, which is never the kernel's.
 * Returns what comes after it.
 */
static char *log_prefix(char *line, unsigned int *facility, unsigned int *level)
{
	char *end = strchr(line, '>');
	unsigned int prefix;
	int err;

	if (line[0] != '<' || !end)
		return line;
	*end = '\0';
	err = kstrtouint(line + 1, 10, &prefix);
	*end = '>';
	if (err)
		return line;
	*level = prefix & 7;
	if (prefix >> 3 & 0xff)
		*facility = prefix >> 3 & 0xff;
	return end + 1;
}

/* With the lock, the log is not unregistered meanwhile. */
static long log_write_line(struct lfvec_log_buf *buf, char *text)
{
	unsigned int facility = 1, level = LFVEC_LOG_LEVEL_DEFAULT;
	char *line = log_prefix(text, &facility, &level);
	long seq = -ENODEV;

	mutex_lock(&buf->lock);
	if (buf->log && !lfvec_log_enabled(buf->log, level))
		seq = 0;
	else if (buf->log)
		seq = log_inject(buf, facility, level, "%s", line);
	mutex_unlock(&buf->lock);
	return seq;
}

static ssize_t log_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct log_reader *reader = iocb->ki_filp->private_data;
	size_t count = iov_iter_count(from);
	char *text;
	long ret;

	if (count > LFVEC_LOG_RECORD_MAX)
		return -EINVAL;
	text = kmalloc(count + 1, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	text[count] = '\0';
	ret = copy_from_iter_full(text, count, from) ?
	      log_write_line(reader->buf, text) : -EFAULT;
	kfree(text);
	return ret < 0 ? ret : count;
}

static int log_open(struct inode *inode, struct file *file)
{
	struct lfvec_log_buf *buf = container_of(inode->i_cdev,
						 struct lfvec_log_buf, cdev);
	struct log_reader *reader = kvmalloc(sizeof(*reader), GFP_KERNEL_ACCOUNT);

	if (!reader)
		return -ENOMEM;
	mutex_init(&reader->lock);
	reader->buf = buf;
	reader->seq = lfvec_sized_oldest(&buf->vec);
	if (file->f_mode & FMODE_READ)
		atomic_inc(&buf->readers);
	file->private_data = reader;
	return 0;
}

/* The file's reference to the log goes with that to its cdev. */
static int log_release(struct inode *inode, struct file *file)
{
	struct log_reader *reader = file->private_data;

	if (file->f_mode & FMODE_READ)
		atomic_dec(&reader->buf->readers);
	kvfree(reader);
	return 0;
}

const struct file_operations log_fops = {
	.owner		= THIS_MODULE,
	.open		= log_open,
	.release	= log_release,
	.read		= log_read,
	.write_iter	= log_write_iter,
	.llseek		= log_llseek,
	.poll		= log_poll,
	.unlocked_ioctl	= log_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
};
