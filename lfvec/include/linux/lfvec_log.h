/* SPDX-License-Identifier: GPL-2.0 */
/*
 * lfvec_log - a log of one's own, for a subsystem or a driver
 */
#ifndef _LINUX_LFVEC_LOG_H
#define _LINUX_LFVEC_LOG_H

#include <linux/compiler.h>
#include <linux/kern_levels.h>
#include <linux/ratelimit.h>
#include <linux/types.h>
#include <linux/uidgid.h>

#include <uapi/linux/lfvec_log.h>

/**
 * DOC: lfvec_log
 *
 * Many write, in any context, NMI included, and none of them ever waits. Many
 * read, each at its own pace, through /dev/lfvec/NAME, which does what /dev/kmsg
 * does. Memory is bounded, all of it::
 *
 *	static DEFINE_LFVEC_LOG(log, "mydriver", .records = 4096);
 *
 *	err = lfvec_log_register(&log);
 *	lfvec_log(&log, LOGLEVEL_INFO, "link up, %u Mbit/s", speed);
 *	lfvec_log_err(&log, "reset: %d", err);
 *	lfvec_log_unregister(&log);
 *
 * Or, with no copy, and whatever happens between the two steps in the way of
 * others::
 *
 *	struct event *e = lfvec_log_reserve(&log, LOGLEVEL_INFO, EVENT, sizeof(*e));
 *
 *	if (e) {
 *		e->what = what;
 *		lfvec_log_commit(&log, e, sizeof(*e));
 *	}
 *
 * Records and order
 *	A record gets its sequence number when it is committed, and from then on it
 *	is there for readers, all at once. So one that is reserved and not yet
 *	committed leaves no gap, and holds up neither writers nor readers. The time
 *	is that of the reservation; of two records that were written at the same
 *	time on two CPUs, the second one may bear the earlier time.
 *
 * Levels
 *	Those of printk, %LOGLEVEL_EMERG to %LOGLEVEL_DEBUG. What is above the log's
 *	level costs a load and a branch.
 *
 * Contexts
 *	All that writes may be called from any context, also where locks of the
 *	scheduler, of printk, of the allocator or of RCU are held. It takes no lock
 *	and allocates nothing. NMI needs %ARCH_HAVE_NMI_SAFE_CMPXCHG; elsewhere,
 *	what is written there is dropped.
 *
 * Memory
 *	The records in a log take at most lfvec_log_attr.bytes; all that it ever
 *	allocates for records at most lfvec_log_attr.backlog more; and there are 8
 *	bytes for each of lfvec_log_attr.records. See Documentation/lfvec-log.rst.
 */

/* What DEFINE_LFVEC_LOG() and lfvec_log_create() begin with, unless told. */
#define LFVEC_LOG_RECORDS_DEFAULT	1024
#define LFVEC_LOG_LEVEL_DEFAULT		LOGLEVEL_INFO
#define LFVEC_LOG_MODE_DEFAULT		0600

/* The largest log: records, and bytes. */
#define LFVEC_LOG_RECORDS_MAX		0x1000000UL
#define LFVEC_LOG_BYTES_MAX		0x40000000UL

/* More than this is never printed by a dump. */
#define LFVEC_LOG_DUMP_MAX		1000U

/**
 * struct lfvec_log_attr - what a log is to be like
 * @records: most records in it, made a power of two; 0 for
 *	     %LFVEC_LOG_RECORDS_DEFAULT
 * @bytes:   most bytes that the records in it take, each with a head of 64 bytes; in
 *	     a log that overwrites, but for one record for each of those who write
 *	     at the same moment; 0 for 256 for each record
 * @backlog: bytes of records beside these, which are ready, or wait for a grace
 *	     period after they were overwritten; 0 for a MiB and 128 KiB for each
 *	     possible CPU
 * @policy:  enum lfvec_log_policy
 * @clock:   enum lfvec_log_clock
 * @level:   records above it are not taken; 0 for %LFVEC_LOG_LEVEL_DEFAULT
 * @mode:    permissions of its device; 0 for %LFVEC_LOG_MODE_DEFAULT
 * @gid:     group of its device
 * @dump:    how many of the last records go to printk on oops and panic, at most
 *	     %LFVEC_LOG_DUMP_MAX; 0 for none
 * @interval: rate limit of the log: in so many jiffies, or 0 for none
 * @burst:   so many records at most, or 0 for none
 */
struct lfvec_log_attr {
	unsigned long	records;
	unsigned long	bytes;
	unsigned long	backlog;
	enum lfvec_log_policy policy;
	enum lfvec_log_clock clock;
	int		level;
	umode_t		mode;
	kgid_t		gid;
	unsigned int	dump;
	int		interval;
	int		burst;
};

struct lfvec_log_buf;

/**
 * struct lfvec_log - a log, as those who write know it
 *
 * All members are private. It may be in memory of a module that goes away: those
 * who read have the rest.
 */
struct lfvec_log {
	/* private: */
	int			level;	/* -1: there is no @buf */
	struct lfvec_log_buf	*buf;
	const char		*name;
	struct lfvec_log_attr	attr;
};

/**
 * DEFINE_LFVEC_LOG() - declare and define a log
 * @_log:  the variable, which may be static
 * @_name: name of the log, a string
 * @...:   initializers of members of struct lfvec_log_attr
 *
 * May be written to at any time: before lfvec_log_register() and after
 * lfvec_log_unregister() that does nothing.
 */
#define DEFINE_LFVEC_LOG(_log, _name, ...)				\
	struct lfvec_log _log = {					\
		.level	= -1,						\
		.name	= (_name),					\
		.attr	= { __VA_ARGS__ },				\
	}

/**
 * struct lfvec_log_field - one of the KEY=value pairs of a record
 * @key:   A-Z, 0-9 and _
 * @kind:  which member of the union
 * @u:     an unsigned integer
 * @s:     a signed integer
 * @str:   a string
 *
 * Use LFVEC_LOG_U(), LFVEC_LOG_S() and LFVEC_LOG_STR().
 */
struct lfvec_log_field {
	const char	*key;
	enum {
		LFVEC_LOG_FIELD_U,
		LFVEC_LOG_FIELD_S,
		LFVEC_LOG_FIELD_STR,
	} kind;
	union {
		u64		u;
		s64		s;
		const char	*str;
	};
};

#define LFVEC_LOG_U(_key, _value)					\
	((struct lfvec_log_field)					\
	 { .key = (_key), .kind = LFVEC_LOG_FIELD_U, .u = (_value) })
#define LFVEC_LOG_S(_key, _value)					\
	((struct lfvec_log_field)					\
	 { .key = (_key), .kind = LFVEC_LOG_FIELD_S, .s = (_value) })
#define LFVEC_LOG_STR(_key, _value)					\
	((struct lfvec_log_field)					\
	 { .key = (_key), .kind = LFVEC_LOG_FIELD_STR, .str = (_value) })

/* The fields of a record, for lfvec_log_kv(). */
#define LFVEC_LOG_FIELDS(...)						\
	((const struct lfvec_log_field []) { __VA_ARGS__, { } })

int lfvec_log_register(struct lfvec_log *log);
void lfvec_log_unregister(struct lfvec_log *log);
struct lfvec_log *lfvec_log_create(const char *name,
				   const struct lfvec_log_attr *attr);
void lfvec_log_destroy(struct lfvec_log *log);

__printf(4, 5)
long __lfvec_log(struct lfvec_log *log, int level,
		 const struct lfvec_log_field *fields, const char *fmt, ...);
__printf(4, 0)
long __lfvec_log_va(struct lfvec_log *log, int level,
		    const struct lfvec_log_field *fields, const char *fmt,
		    va_list args);
long __lfvec_log_bin(struct lfvec_log *log, int level, u16 type,
		     const void *data, size_t len);
void *__lfvec_log_reserve(struct lfvec_log *log, int level, u16 type, size_t len);
long lfvec_log_commit(struct lfvec_log *log, void *data, size_t len);
void lfvec_log_discard(struct lfvec_log *log, void *data);
bool lfvec_log_allowed(struct lfvec_log *log, struct ratelimit_state *rs);

int lfvec_log_set_level(struct lfvec_log *log, int level);
void lfvec_log_dump(struct lfvec_log *log, unsigned int nr);
void lfvec_log_stats(struct lfvec_log *log, struct lfvec_log_info *info);

/**
 * lfvec_log_enabled() - would a record of this level be taken?
 * @log:   the log
 * @level: the level
 *
 * Context: Any, including NMI.
 * Return: whether it would.
 */
static inline bool lfvec_log_enabled(const struct lfvec_log *log, int level)
{
	return level >= LOGLEVEL_EMERG && level <= READ_ONCE(log->level);
}

/**
 * lfvec_log() - write a line
 * @_log:   the log
 * @_level: %LOGLEVEL_EMERG to %LOGLEVEL_DEBUG
 * @_fmt:   as for printk; with or without a final newline, which is not kept
 * @...:    what goes into it
 *
 * It is formatted at once, so that nothing of the arguments is needed later.
 * What is longer than %LFVEC_LOG_RECORD_MAX, or than the room that there is at the
 * moment, is cut, and marked so.
 *
 * Context: Any, including NMI.
 * Return: the sequence number, or why it was not written: -ECANCELED if it is above
 * the level of the log, -EBUSY if too many writes are nested or it is above the
 * rate limit of the log, -ENOMEM if memory comes back too slowly, -ENOSPC if the
 * log keeps the first records and is full.
 */
#define lfvec_log(_log, _level, _fmt, ...)				\
	lfvec_log_kv(_log, _level, NULL, _fmt, ##__VA_ARGS__)

/**
 * lfvec_log_kv() - write a line that has fields
 * @_log:    the log
 * @_level:  %LOGLEVEL_EMERG to %LOGLEVEL_DEBUG
 * @_fields: LFVEC_LOG_FIELDS(), or NULL
 * @_fmt:    as for printk
 * @...:     what goes into it
 *
 * As lfvec_log(). Fields that do not fit are left out whole, and the record is
 * marked as cut.
 *
 * Context: Any, including NMI.
 * Return: as lfvec_log().
 */
#define lfvec_log_kv(_log, _level, _fields, _fmt, ...)			\
({									\
	struct lfvec_log *__log = (_log);				\
	int __level = (_level);						\
									\
	lfvec_log_enabled(__log, __level) ?				\
		__lfvec_log(__log, __level, _fields, _fmt, ##__VA_ARGS__) : \
		-ECANCELED;						\
})

/* One for each level. */
#define lfvec_log_emerg(log, fmt, ...)					\
	lfvec_log(log, LOGLEVEL_EMERG, fmt, ##__VA_ARGS__)
#define lfvec_log_alert(log, fmt, ...)					\
	lfvec_log(log, LOGLEVEL_ALERT, fmt, ##__VA_ARGS__)
#define lfvec_log_crit(log, fmt, ...)					\
	lfvec_log(log, LOGLEVEL_CRIT, fmt, ##__VA_ARGS__)
#define lfvec_log_err(log, fmt, ...)					\
	lfvec_log(log, LOGLEVEL_ERR, fmt, ##__VA_ARGS__)
#define lfvec_log_warn(log, fmt, ...)					\
	lfvec_log(log, LOGLEVEL_WARNING, fmt, ##__VA_ARGS__)
#define lfvec_log_notice(log, fmt, ...)					\
	lfvec_log(log, LOGLEVEL_NOTICE, fmt, ##__VA_ARGS__)
#define lfvec_log_info(log, fmt, ...)					\
	lfvec_log(log, LOGLEVEL_INFO, fmt, ##__VA_ARGS__)
#define lfvec_log_debug(log, fmt, ...)					\
	lfvec_log(log, LOGLEVEL_DEBUG, fmt, ##__VA_ARGS__)

/**
 * lfvec_log_ratelimited() - write a line, but from here not too often
 * @_log:   the log
 * @_level: %LOGLEVEL_EMERG to %LOGLEVEL_DEBUG
 * @_fmt:   as for printk
 * @...:    what goes into it
 *
 * At most %DEFAULT_RATELIMIT_BURST in %DEFAULT_RATELIMIT_INTERVAL from each place
 * that has this in its source; what is above is counted as dropped.
 *
 * Context: Any, including NMI.
 * Return: as lfvec_log().
 */
#define lfvec_log_ratelimited(_log, _level, _fmt, ...)			\
({									\
	static struct ratelimit_state __rs =				\
		RATELIMIT_STATE_INIT_FLAGS(__rs,			\
					   DEFAULT_RATELIMIT_INTERVAL,	\
					   DEFAULT_RATELIMIT_BURST,	\
					   RATELIMIT_MSG_ON_RELEASE);	\
	struct lfvec_log *__rlog = (_log);				\
	int __rlevel = (_level);					\
									\
	!lfvec_log_enabled(__rlog, __rlevel) ? -ECANCELED :		\
	!lfvec_log_allowed(__rlog, &__rs) ? -EBUSY :			\
		__lfvec_log(__rlog, __rlevel, NULL, _fmt, ##__VA_ARGS__); \
})

/**
 * lfvec_log_bin() - write a binary record
 * @log:   the log
 * @level: %LOGLEVEL_EMERG to %LOGLEVEL_DEBUG
 * @type:  what readers know it by
 * @data:  what goes into it
 * @len:   how many bytes; above %LFVEC_LOG_RECORD_MAX it is cut, and marked so
 *
 * Context: Any, including NMI.
 * Return: as lfvec_log().
 */
static inline long lfvec_log_bin(struct lfvec_log *log, int level, u16 type,
				 const void *data, size_t len)
{
	if (!lfvec_log_enabled(log, level))
		return -ECANCELED;
	return __lfvec_log_bin(log, level, type, data, len);
}

/**
 * lfvec_log_reserve() - get room for a binary record, to be filled in place
 * @log:   the log
 * @level: %LOGLEVEL_EMERG to %LOGLEVEL_DEBUG
 * @type:  what readers know it by
 * @len:   how many bytes, at most %LFVEC_LOG_RECORD_MAX
 *
 * The room, aligned to 8 bytes, belongs to the caller, who may even sleep, until
 * lfvec_log_commit() or lfvec_log_discard(), on whatever CPU and in whatever
 * context. It is taken from the log's memory, but from nobody's way. What is in it
 * is not defined. There must be none when the log is unregistered.
 *
 * Context: Any, including NMI.
 * Return: the room, or NULL for the reasons that lfvec_log() has, and if @len is
 * too large.
 */
static inline void *lfvec_log_reserve(struct lfvec_log *log, int level, u16 type,
				      size_t len)
{
	if (!lfvec_log_enabled(log, level))
		return NULL;
	return __lfvec_log_reserve(log, level, type, len);
}

#endif /* _LINUX_LFVEC_LOG_H */
