// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_log - the ioctls: reading in binary, and what root may do to a log
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "log.h"

/*
 * Copy the record at @seq to @to, which has @room bytes. Returns its size; 0 if it
 * does not fit; or -ERANGE, -EPIPE as lfvec_sized_get().
 */
static ssize_t log_copy(struct lfvec_log_buf *buf, u64 seq, void *to,
			size_t room)
{
	struct lfvec_log_record *head = to;
	const struct log_record *rec;
	ssize_t size;

	rcu_read_lock();
	rec = lfvec_sized_get(&buf->vec, seq);
	if (IS_ERR(rec)) {
		size = PTR_ERR(rec);
		goto out;
	}
	size = ALIGN(sizeof(*head) + rec->len, 8);
	if (size > (ssize_t)room) {
		size = 0;
		goto out;
	}
	*head = (struct lfvec_log_record) {
		.seq = seq, .time = rec->time, .size = size, .pid = rec->pid,
		.cpu = rec->cpu, .type = rec->type, .len = rec->len,
		.text_len = rec->text_len, .level = rec->level,
		.facility = rec->facility, .context = rec->context,
		.flags = rec->flags,
	};
	strscpy_pad(head->comm, rec->comm, sizeof(head->comm));
	memcpy(head + 1, rec->data, rec->len);
	memset((u8 *)(head + 1) + rec->len, 0, size - sizeof(*head) - rec->len);
out:
	rcu_read_unlock();
	return size;
}

/*
 * Copy what fits, and is there now, from arg->seq on, which advances. Returns 0, or
 * -EFAULT, or -EINVAL if nothing fits.
 */
static int log_copy_all(struct log_reader *reader, struct lfvec_log_read *arg,
			u32 room)
{
	u64 end = lfvec_sized_end(&reader->buf->vec);
	char __user *to = u64_to_user_ptr(arg->buf);
	ssize_t size;

	while (arg->seq < end && !fatal_signal_pending(current)) {
		size = log_copy(reader->buf, arg->seq, reader->line,
				min_t(size_t, room - arg->size,
				      sizeof(reader->line)));
		if (size == -EPIPE && !arg->nr) {
			u64 seq = log_skip(reader->buf, arg->seq);

			arg->lost += seq - arg->seq;
			arg->seq = seq;
			continue;
		}
		if (size <= 0)
			return size || arg->nr ? 0 : -EINVAL;
		if (copy_to_user(to + arg->size, reader->line, size))
			return -EFAULT;
		arg->size += size;
		arg->seq++;
		arg->nr++;
		cond_resched();
	}
	return 0;
}

/* The cursor moves only if all that was read has got to the user. */
static int log_read_locked(struct log_reader *reader, struct lfvec_log_read *arg,
			   bool may_wait, void __user *user)
{
	bool from = arg->flags & LFVEC_LOG_READ_FROM;
	u64 first = arg->seq;
	u32 room = arg->size;
	int err;

	do {
		err = log_wait(reader, from ? first : reader->seq, may_wait);
		if (err)
			return err;
		arg->seq = from ? first : reader->seq;
		arg->size = 0;
		arg->lost = 0;
		arg->nr = 0;
		err = log_copy_all(reader, arg, room);
		if (err)
			return err;
		if (fatal_signal_pending(current))
			return -EINTR;
		/* all that was there went, or was another's who shares the file */
	} while (!arg->nr && !log_over(reader->buf, arg->seq));
	if (copy_to_user(user, arg, sizeof(*arg)))
		return -EFAULT;
	WRITE_ONCE(reader->seq, arg->seq);
	return 0;
}

static long log_ioctl_read(struct file *file, void *data, void __user *user)
{
	struct log_reader *reader = file->private_data;
	struct lfvec_log_read *arg = data;
	bool nowait = file->f_flags & O_NONBLOCK ||
		      arg->flags & LFVEC_LOG_READ_NOWAIT;
	int err;

	if (!(file->f_mode & FMODE_READ))
		return -EBADF;
	if (arg->flags & ~(LFVEC_LOG_READ_FROM | LFVEC_LOG_READ_NOWAIT) ||
	    (arg->flags & LFVEC_LOG_READ_FROM && arg->seq > LONG_MAX) ||
	    arg->buf & 7 || arg->pad ||
	    memchr_inv(arg->reserved, 0, sizeof(arg->reserved)))
		return -EINVAL;
	if (mutex_lock_interruptible(&reader->lock))
		return -ERESTARTSYS;
	err = log_read_locked(reader, arg, !nowait, user);
	mutex_unlock(&reader->lock);
	return err;
}

static long log_ioctl_info(struct file *file, void *data, void __user *user)
{
	struct log_reader *reader = file->private_data;
	struct lfvec_log_info *info = data;

	log_info(reader->buf, info);
	info->cursor = READ_ONCE(reader->seq);
	return copy_to_user(user, info, sizeof(*info)) ? -EFAULT : 0;
}

static long log_ioctl_level(struct file *file, void *data, void __user *user)
{
	struct log_reader *reader = file->private_data;
	u32 *level = data;

	return log_set_level(reader->buf, *level);
}

static long log_ioctl_clear(struct file *file, void *data, void __user *user)
{
	struct log_reader *reader = file->private_data;

	atomic_long_set(&reader->buf->clear,
			lfvec_sized_end(&reader->buf->vec));
	return 0;
}

static long log_ioctl_dump(struct file *file, void *data, void __user *user)
{
	struct log_reader *reader = file->private_data;
	u32 *nr = data;

	if (!*nr || *nr > LFVEC_LOG_DUMP_MAX)
		return -EINVAL;
	log_dump(reader->buf, *nr);
	return 0;
}

static const struct log_command {
	unsigned int	cmd;
	bool		write;
	long		(*fn)(struct file *file, void *data, void __user *user);
} log_commands[] = {
	{ LFVEC_LOG_INFO,	false,	log_ioctl_info },
	{ LFVEC_LOG_READ,	false,	log_ioctl_read },
	{ LFVEC_LOG_SET_LEVEL,	true,	log_ioctl_level },
	{ LFVEC_LOG_CLEAR,	true,	log_ioctl_clear },
	{ LFVEC_LOG_DUMP,	true,	log_ioctl_dump },
};

long log_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	union {
		struct lfvec_log_info	info;
		struct lfvec_log_read	read;
		u32			number;
	} data = { };
	void __user *user = (void __user *)arg;
	const struct log_command *op = NULL;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(log_commands); i++)
		if (log_commands[i].cmd == cmd)
			op = &log_commands[i];
	if (!op)
		return -ENOTTY;
	if (op->write && !(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (_IOC_DIR(cmd) & _IOC_WRITE && copy_from_user(&data, user, _IOC_SIZE(cmd)))
		return -EFAULT;
	return op->fn(file, &data, user);
}
