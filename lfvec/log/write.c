// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_log - how a record is written
 *
 * Room for it is taken from the vector's stock, and belongs to the writer, who
 * fills it in place and commits it. That gives it its sequence number and lets all
 * readers see it, in one step. So whatever happens to a writer between the two, it
 * is in nobody's way.
 *
 * Memory barriers
 * ~~~~~~~~~~~~~~~
 * In brackets are the litmus tests in selftests/litmus, as in lfvec/vec.c.
 *
 *   log_wake:A / log_wait:A
 *	commit a record, then see that nobody waits; and the other way round
 *	[wake-wait]
 *
 *   log_wake:A / log_poll:A
 *	the same for poll()
 *	[wake-poll]
 *
 *   log_publish:A / address dependency in log_buf()
 *	initialize a log, then write to it
 *	[log-publish]
 *
 *   lfvec_log_unregister:A / log_over:A
 *	commit the last record, then find that there will be no more
 *	[log-over]
 *
 *   wake-up in lfvec_log_unregister() / log_wait:A
 *	let there be no more, then see that nobody waits; both with the lock of
 *	the wait queue
 *	[unregister-wait]
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "log.h"

#define CREATE_TRACE_POINTS
#include <trace/events/lfvec_log.h>

/* What a record may be filled with, and for now a final newline and a NUL. */
#define LOG_ROOM_MAX	(LFVEC_LOG_RECORD_MAX + 2)

/* By about how much the sizes of records differ, see log.c */
#define LOG_SIZES_RATIO	4

/* NULL if the log is not registered. */
static __always_inline struct lfvec_log_buf *log_buf(struct lfvec_log *log)
{
	return READ_ONCE(log->buf);
}

u64 log_now(const struct lfvec_log_buf *buf)
{
	switch (buf->clock) {
	case LFVEC_LOG_CLOCK_BOOTTIME:
		return ktime_get_boot_fast_ns();
	case LFVEC_LOG_CLOCK_REALTIME:
		return ktime_get_real_fast_ns();
	case LFVEC_LOG_CLOCK_LOCAL:
		return local_clock();
	default:
		return ktime_get_mono_fast_ns();
	}
}

/* A record is not written. */
static void log_dropped(struct lfvec_log_buf *buf, enum lfvec_log_drop why)
{
	long count = atomic_long_inc_return(&buf->dropped[why]);

	trace_lfvec_log_drop(buf->name, why, count);
}

/* Count a record that is not written, and say why. */
static noinline long log_drop(struct lfvec_log_buf *buf, long err)
{
	log_dropped(buf, err == -ENOSPC ? LFVEC_LOG_DROP_FULL :
			 err == -ENOMEM ? LFVEC_LOG_DROP_MEMORY :
			 LFVEC_LOG_DROP_NESTED);
	return err;
}

/* Does this rate limit let another one through? */
static bool log_allowed(struct lfvec_log_buf *buf, struct ratelimit_state *rs)
{
	if (___ratelimit(rs, "lfvec_log"))
		return true;
	log_dropped(buf, LFVEC_LOG_DROP_RATE);
	return false;
}

/**
 * lfvec_log_allowed - does a rate limit let another one through?
 * @log: the log, which counts what is not let through
 * @rs:  the limit, with RATELIMIT_MSG_ON_RELEASE
 *
 * Context: Any, including NMI.
 * Return: whether it does.
 */
bool lfvec_log_allowed(struct lfvec_log *log, struct ratelimit_state *rs)
{
	struct lfvec_log_buf *buf = log_buf(log);

	return buf && log_allowed(buf, rs);
}
EXPORT_SYMBOL_GPL(lfvec_log_allowed);

static __always_inline u8 log_context(void)
{
	u8 context = interrupt_context_level();

	/* where the count of softirqs is the task's */
	if (IS_ENABLED(CONFIG_PREEMPT_RT) && context == LFVEC_LOG_TASK &&
	    in_serving_softirq())
		return LFVEC_LOG_SOFTIRQ;
	return context;
}

/* Room for a record of @len bytes, and its head; or an ERR_PTR. */
static __always_inline struct log_record *
log_prepare(struct lfvec_log_buf *buf, int level, size_t len)
{
	struct log_record *rec;

	if (unlikely(buf->limited) && !log_allowed(buf, &buf->rate))
		return ERR_PTR(-EBUSY);
	rec = lfvec_sized_prepare(&buf->vec, sizeof(*rec) + len);
	if (IS_ERR(rec))
		return ERR_PTR(log_drop(buf, PTR_ERR(rec)));
	rec->time = log_now(buf);
	rec->pid = current->pid;
	rec->cpu = raw_smp_processor_id();
	rec->type = 0;
	rec->len = len;
	rec->text_len = 0;
	rec->level = level;
	rec->facility = 0;
	rec->context = log_context();
	rec->flags = 0;
	/* It may be changing: then it is neither the one nor the other. */
	memcpy(rec->comm, current->comm, sizeof(rec->comm));
	return rec;
}

/* Wake those who wait, from wherever we are. */
static __always_inline void log_wake(struct lfvec_log_buf *buf)
{
	/*
	 * LMM(log_wake:A)
	 *
	 * The record before the look at who waits, by the full ordering of
	 * lfvec_sized_commit(). Pairs with log_wait:A and log_poll:A: either we
	 * see that somebody waits, or he sees the record.
	 */
	if (unlikely(waitqueue_active(&buf->wait)))
		irq_work_queue(&buf->wake);
}

void log_wake_work(struct irq_work *work)
{
	struct lfvec_log_buf *buf = container_of(work, struct lfvec_log_buf,
						 wake);

	/*
	 * All of them, as each reads for himself, and whatever they wait for: a
	 * record may also be the one too many.
	 */
	wake_up_interruptible_all(&buf->wait);
}

static __always_inline long log_commit(struct lfvec_log_buf *buf,
				       struct log_record *rec)
{
	bool cut = rec->flags & LFVEC_LOG_CUT;
	long seq;

	if (IS_ENABLED(CONFIG_LFVEC_BUSTED_LOG_WAKE))
		log_wake(buf);
	seq = lfvec_sized_commit(&buf->vec, rec);
	if (unlikely(seq < 0))
		return log_drop(buf, seq);
	if (unlikely(cut))
		atomic_long_inc(&buf->cut);
	if (!IS_ENABLED(CONFIG_LFVEC_BUSTED_LOG_WAKE))
		log_wake(buf);
	return seq;
}

/* The bytes that there are for what is in a record. */
static size_t log_room(struct lfvec_log_buf *buf, const struct log_record *rec)
{
	return min_t(size_t, lfvec_sized_room(&buf->vec, rec) - sizeof(*rec),
		     LOG_ROOM_MAX);
}

static int log_field(char *to, size_t room, const struct lfvec_log_field *field)
{
	switch (field->kind) {
	case LFVEC_LOG_FIELD_U:
		return snprintf(to, room, "%s=%llu", field->key, field->u);
	case LFVEC_LOG_FIELD_S:
		return snprintf(to, room, "%s=%lld", field->key, field->s);
	default:
		return snprintf(to, room, "%s=%s", field->key, field->str);
	}
}

/* Append fields as far as there is @room; returns how much it would have taken. */
static size_t log_fields(struct log_record *rec, size_t room,
			 const struct lfvec_log_field *fields)
{
	size_t all = 0, size;

	room = min_t(size_t, room, LFVEC_LOG_RECORD_MAX);
	for (; fields && fields->key; fields++) {
		size = log_field(rec->data + rec->len, room - rec->len, fields) + 1;
		all += size;
		if (size > room - rec->len)
			rec->flags |= LFVEC_LOG_CUT;
		else
			rec->len += size;
	}
	return all;
}

/* Fill in what there is room for; returns how much it would have taken. */
__printf(4, 0)
static size_t log_format(struct log_record *rec, size_t room,
			 const struct lfvec_log_field *fields, const char *fmt,
			 va_list args)
{
	size_t all, len;
	va_list copy;

	va_copy(copy, args);
	all = vsnprintf(rec->data, room, fmt, copy);
	va_end(copy);
	len = min(all, room - 1);
	if (len == all && all && rec->data[all - 1] == '\n')
		len = --all;
	rec->len = min_t(size_t, len, LFVEC_LOG_RECORD_MAX);
	rec->text_len = rec->len;
	rec->flags = all > rec->len ? LFVEC_LOG_CUT : 0;
	return unlikely(fields) ? all + log_fields(rec, room, fields) : all;
}

/*
 * It takes @all bytes, and there is less: get more, as far as there is, and begin
 * again; if there is no more, it stays cut.
 */
static noinline __printf(5, 0) struct log_record *
log_grow(struct lfvec_log_buf *buf, struct log_record *rec, size_t all,
	 const struct lfvec_log_field *fields, const char *fmt, va_list args)
{
	struct log_record *more = NULL;

	all = min_t(size_t, all + 2, LOG_ROOM_MAX);
	for (; all > log_room(buf, rec); all /= LOG_SIZES_RATIO) {
		more = lfvec_sized_prepare(&buf->vec, sizeof(*rec) + all);
		if (!IS_ERR(more))
			break;
	}
	if (IS_ERR_OR_NULL(more))
		return rec;
	*more = *rec;
	lfvec_sized_discard(&buf->vec, rec);
	log_format(more, log_room(buf, more), fields, fmt, args);
	return more;
}

/* A line; most of them fit in the smallest size, so begin there. */
long log_text(struct lfvec_log_buf *buf, unsigned int facility, int level,
	      const struct lfvec_log_field *fields, const char *fmt,
	      va_list args)
{
	struct log_record *rec;
	size_t all;

	rec = log_prepare(buf, level, 0);
	if (IS_ERR(rec))
		return PTR_ERR(rec);
	rec->facility = facility;
	all = log_format(rec, log_room(buf, rec), fields, fmt, args);
	if (unlikely(rec->flags & LFVEC_LOG_CUT))
		rec = log_grow(buf, rec, all, fields, fmt, args);
	return log_commit(buf, rec);
}

/**
 * __lfvec_log_va - write a line; see lfvec_log_kv()
 * @log:    the log
 * @level:  of the record, which is not looked at
 * @fields: that the record has, or NULL
 * @fmt:    as for vprintk()
 * @args:   what goes into it
 *
 * Context: Any, including NMI.
 * Return: as lfvec_log().
 */
long __lfvec_log_va(struct lfvec_log *log, int level,
		    const struct lfvec_log_field *fields, const char *fmt,
		    va_list args)
{
	struct lfvec_log_buf *buf = log_buf(log);

	return buf ? log_text(buf, 0, level, fields, fmt, args) : -ECANCELED;
}
EXPORT_SYMBOL_GPL(__lfvec_log_va);

/**
 * __lfvec_log - write a line; see lfvec_log_kv()
 * @log:    the log
 * @level:  of the record, which is not looked at
 * @fields: that the record has, or NULL
 * @fmt:    as for printk()
 * @...:    what goes into it
 *
 * Context: Any, including NMI.
 * Return: as lfvec_log().
 */
long __lfvec_log(struct lfvec_log *log, int level,
		 const struct lfvec_log_field *fields, const char *fmt, ...)
{
	va_list args;
	long seq;

	va_start(args, fmt);
	seq = __lfvec_log_va(log, level, fields, fmt, args);
	va_end(args);
	return seq;
}
EXPORT_SYMBOL_GPL(__lfvec_log);

/* Where @data, which is a record's, belongs to. */
static struct log_record *log_record_of(void *data)
{
	return container_of(data, struct log_record, data[0]);
}

/**
 * __lfvec_log_bin - write a binary record; see lfvec_log_bin()
 * @log:   the log
 * @level: of the record, which is not looked at
 * @type:  what readers know it by
 * @data:  what goes into it
 * @len:   how many bytes
 *
 * Context: Any, including NMI.
 * Return: as lfvec_log().
 */
long __lfvec_log_bin(struct lfvec_log *log, int level, u16 type,
		     const void *data, size_t len)
{
	struct lfvec_log_buf *buf = log_buf(log);
	u8 flags = LFVEC_LOG_BINARY;
	struct log_record *rec;
	long seq;

	if (unlikely(!buf))
		return -ECANCELED;
	if (unlikely(len > LFVEC_LOG_RECORD_MAX)) {
		len = LFVEC_LOG_RECORD_MAX;
		flags |= LFVEC_LOG_CUT;
	}
	rec = log_prepare(buf, level, len);
	if (IS_ERR(rec))
		return PTR_ERR(rec);
	rec->type = type;
	rec->flags = flags;
	if (!IS_ENABLED(CONFIG_LFVEC_BUSTED_LOG_EARLY))
		memcpy(rec->data, data, len);
	seq = log_commit(buf, rec);
	if (IS_ENABLED(CONFIG_LFVEC_BUSTED_LOG_EARLY))
		memcpy(rec->data, data, len);
	return seq;
}
EXPORT_SYMBOL_GPL(__lfvec_log_bin);

/**
 * __lfvec_log_reserve - get room for a binary record; see lfvec_log_reserve()
 * @log:   the log
 * @level: of the record, which is not looked at
 * @type:  what readers know it by
 * @len:   how many bytes
 *
 * Context: Any, including NMI.
 * Return: the room, or NULL.
 */
void *__lfvec_log_reserve(struct lfvec_log *log, int level, u16 type, size_t len)
{
	struct lfvec_log_buf *buf = log_buf(log);
	struct log_record *rec;

	if (unlikely(!buf || len > LFVEC_LOG_RECORD_MAX))
		return NULL;
	rec = log_prepare(buf, level, len);
	if (IS_ERR(rec))
		return NULL;
	rec->type = type;
	rec->flags = LFVEC_LOG_BINARY;
	return rec->data;
}
EXPORT_SYMBOL_GPL(__lfvec_log_reserve);

/**
 * lfvec_log_commit() - write a record that was filled in place
 * @log:  the log
 * @data: from lfvec_log_reserve(); not to be touched any more
 * @len:  how many bytes of it are used, no more than were reserved
 *
 * Context: Any, including NMI.
 * Return: the sequence number, or if it was discarded: -EINVAL for a bad @len, -EBUSY
 * if too many writes are nested, -ENOSPC if the log keeps the first records and is
 * full.
 */
long lfvec_log_commit(struct lfvec_log *log, void *data, size_t len)
{
	struct log_record *rec = log_record_of(data);

	if (unlikely(len > rec->len)) {
		lfvec_log_discard(log, data);
		return -EINVAL;
	}
	rec->len = len;
	return log_commit(log->buf, rec);
}
EXPORT_SYMBOL_GPL(lfvec_log_commit);

/**
 * lfvec_log_discard() - give back room that is not used
 * @log:  the log
 * @data: from lfvec_log_reserve()
 *
 * It leaves no trace.
 *
 * Context: Any, including NMI.
 */
void lfvec_log_discard(struct lfvec_log *log, void *data)
{
	lfvec_sized_discard(&log->buf->vec, log_record_of(data));
}
EXPORT_SYMBOL_GPL(lfvec_log_discard);
