/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * lfvec_log - read a subsystem's log
 *
 * Each log is a character device, /dev/lfvec/NAME. It is read and written as
 * /dev/kmsg is, see Documentation/ABI/testing/dev-kmsg of the kernel: each read()
 * returns one record as text, and what it cannot return any more is EPIPE. The
 * ioctls are for what that text cannot do. Both move the same cursor, which each
 * open file has of its own.
 *
 * Reserved and padding fields and unknown flags must be zero, or the call fails
 * with EINVAL. Every struct has the same layout for 32-bit and 64-bit programs.
 */
#ifndef _UAPI_LINUX_LFVEC_LOG_H
#define _UAPI_LINUX_LFVEC_LOG_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define LFVEC_LOG_VERSION	1

#define LFVEC_LOG_NAME_MAX	32	/* with the final NUL */
#define LFVEC_LOG_RECORD_MAX	4096	/* bytes in a record */
#define LFVEC_LOG_LINE_MAX	8192	/* bytes that one read() returns */
#define LFVEC_LOG_COMM_MAX	16	/* with the final NUL */

/* Where a record was written. */
enum lfvec_log_context {
	LFVEC_LOG_TASK,
	LFVEC_LOG_SOFTIRQ,
	LFVEC_LOG_HARDIRQ,
	LFVEC_LOG_NMI,
	LFVEC_LOG_CONTEXTS,
};

/* What happens when a log is full. */
enum lfvec_log_policy {
	LFVEC_LOG_OVERWRITE,	/* the oldest record goes */
	LFVEC_LOG_KEEP,		/* the first ones stay, new ones are dropped */
};

/* What its times are. */
enum lfvec_log_clock {
	LFVEC_LOG_CLOCK_MONOTONIC,
	LFVEC_LOG_CLOCK_BOOTTIME,
	LFVEC_LOG_CLOCK_REALTIME,
	LFVEC_LOG_CLOCK_LOCAL,	/* that of printk */
	LFVEC_LOG_CLOCKS,
};

/* Why a record was dropped. */
enum lfvec_log_drop {
	LFVEC_LOG_DROP_FULL,	/* LFVEC_LOG_KEEP, and no room is left */
	LFVEC_LOG_DROP_MEMORY,	/* faster than memory comes back */
	LFVEC_LOG_DROP_NESTED,	/* nested too deeply, or NMI where it cannot be */
	LFVEC_LOG_DROP_RATE,	/* above its rate limit */
	LFVEC_LOG_DROPS,
};

/**
 * struct lfvec_log_record - the head of a record, as LFVEC_LOG_READ returns it
 * @seq:      sequence number; that of the next record is greater by one
 * @time:     when it was written, in ns of the log's clock
 * @size:     bytes from this record to the next one: this head, @len, and what
 *	      makes it a multiple of 8
 * @pid:      the task that was current then, 0 for an idle CPU; see @context
 * @cpu:      where
 * @type:     of a binary record: what its writer chose
 * @len:      bytes that follow this head
 * @text_len: how many of them are text. The rest is fields, "KEY=value" each, each
 *	      with a final NUL. 0 in a binary record.
 * @level:    0 (emergency) to 7 (debug)
 * @facility: 0, or what was written by user space: 1 or more
 * @context:  enum lfvec_log_context
 * @flags:    LFVEC_LOG_CUT, LFVEC_LOG_BINARY
 * @pad:      zero
 * @comm:     name of the task, NUL-padded
 */
struct lfvec_log_record {
	__u64	seq;
	__u64	time;
	__u32	size;
	__u32	pid;
	__u16	cpu;
	__u16	type;
	__u16	len;
	__u16	text_len;
	__u8	level;
	__u8	facility;
	__u8	context;
	__u8	flags;
	__u8	pad[4];
	char	comm[LFVEC_LOG_COMM_MAX];
};

#define LFVEC_LOG_CUT		0x1	/* it was longer */
#define LFVEC_LOG_BINARY	0x2

/**
 * struct lfvec_log_read - read records in binary
 * @buf:      (in) user pointer to where they go, aligned to 8
 * @size:     (in) bytes there; (out) how many were filled
 * @flags:    (in) LFVEC_LOG_READ_FROM, LFVEC_LOG_READ_NOWAIT
 * @seq:      (in) with LFVEC_LOG_READ_FROM: where to begin, instead of at the cursor;
 *	      (out) the cursor: the record that the next call begins with
 * @lost:     (out) records that were gone before this call got to them. They come
 *	      before all that it returns.
 * @nr:       (out) records
 * @pad:      zero
 * @reserved: zero
 *
 * Returns at least one record, and as many as are there and fit. Waits for one as
 * read() does. Fails with EAGAIN if it may not wait, EINVAL if the first record
 * does not fit. A call that fails leaves the cursor where it is. 0 records and no error: the
 * log was destroyed, and there will be no more.
 */
struct lfvec_log_read {
	__u64	buf;
	__u32	size;
	__u32	flags;
	__u64	seq;
	__u64	lost;
	__u32	nr;
	__u32	pad;
	__u64	reserved[2];
};

#define LFVEC_LOG_READ_FROM	0x1	/* from @seq, which may be gone, too */
#define LFVEC_LOG_READ_NOWAIT	0x2	/* as with O_NONBLOCK */

/**
 * struct lfvec_log_info - what a log is, and what has become of it
 * @version:	 LFVEC_LOG_VERSION
 * @policy:	 enum lfvec_log_policy
 * @level:	 records above it are not taken
 * @clock:	 enum lfvec_log_clock
 * @name:	 its name
 * @records:	 most records
 * @bytes:	 most bytes that the records in it take, with their heads; but for one
 *		 for each of those who overwrite at the same moment
 * @limit:	 most bytes that it ever allocates
 * @first:	 sequence number of the oldest record left
 * @next:	 that of the record that comes next
 * @clear:	 that of the first record after the last clear
 * @cursor:	 that of the record that this file reads next
 * @written:	 records that were written
 * @overwritten: of these, how many had to go
 * @dropped:	 records that were not written, by enum lfvec_log_drop
 * @cut:	 records that were written, but not whole
 * @bytes_used:	 bytes that the records in it take
 * @memory:	 bytes that it has allocated
 * @readers:	 open files
 * @dead:	 1 if it was destroyed, else 0
 * @now:	 what its clock says, in ns
 * @reserved:	 zero
 *
 * Read one after another, without a lock: exact when nobody writes.
 */
struct lfvec_log_info {
	__u32	version;
	__u32	policy;
	__u32	level;
	__u32	clock;
	char	name[LFVEC_LOG_NAME_MAX];
	__u64	records;
	__u64	bytes;
	__u64	limit;
	__u64	first;
	__u64	next;
	__u64	clear;
	__u64	cursor;
	__u64	written;
	__u64	overwritten;
	__u64	dropped[4];
	__u64	cut;
	__u64	bytes_used;
	__u64	memory;
	__u32	readers;
	__u32	dead;
	__u64	now;
	__u64	reserved[6];
};

#define LFVEC_LOG_IOC		0xBF

#define LFVEC_LOG_INFO		_IOR(LFVEC_LOG_IOC, 0x00, struct lfvec_log_info)
#define LFVEC_LOG_READ		_IOWR(LFVEC_LOG_IOC, 0x01, struct lfvec_log_read)

/* For files that are open for writing. */
#define LFVEC_LOG_SET_LEVEL	_IOW(LFVEC_LOG_IOC, 0x10, __u32)
/* Nothing goes; SEEK_DATA will lead to what is written from now on. */
#define LFVEC_LOG_CLEAR		_IO(LFVEC_LOG_IOC, 0x11)
/* Print so many of the last records through printk, at most 1000. */
#define LFVEC_LOG_DUMP		_IOW(LFVEC_LOG_IOC, 0x12, __u32)

#endif /* _UAPI_LINUX_LFVEC_LOG_H */
