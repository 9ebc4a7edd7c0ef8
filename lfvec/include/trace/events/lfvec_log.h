/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM lfvec_log

#if !defined(_TRACE_LFVEC_LOG_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_LFVEC_LOG_H

#include <linux/lfvec_log.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

TRACE_DEFINE_ENUM(LFVEC_LOG_DROP_FULL);
TRACE_DEFINE_ENUM(LFVEC_LOG_DROP_MEMORY);
TRACE_DEFINE_ENUM(LFVEC_LOG_DROP_NESTED);
TRACE_DEFINE_ENUM(LFVEC_LOG_DROP_RATE);

/* A record was not written, as were @count for this reason by now. */
TRACE_EVENT(lfvec_log_drop,
	TP_PROTO(const char *log, enum lfvec_log_drop why, unsigned long count),

	TP_ARGS(log, why, count),

	TP_STRUCT__entry(
		__array(char, log, LFVEC_LOG_NAME_MAX)
		__field(unsigned int, why)
		__field(unsigned long, count)
	),

	TP_fast_assign(
		memcpy(__entry->log, log, LFVEC_LOG_NAME_MAX);
		__entry->why = why;
		__entry->count = count;
	),

	TP_printk("log=%s why=%s count=%lu", __entry->log,
		  __print_symbolic(__entry->why,
			{ LFVEC_LOG_DROP_FULL,		"full" },
			{ LFVEC_LOG_DROP_MEMORY,	"memory" },
			{ LFVEC_LOG_DROP_NESTED,	"nested" },
			{ LFVEC_LOG_DROP_RATE,		"rate" }),
		  __entry->count)
);

/* Of what a reader wanted to read next, so many records were overwritten. */
TRACE_EVENT(lfvec_log_overrun,
	TP_PROTO(const char *log, u64 seq, u64 lost),

	TP_ARGS(log, seq, lost),

	TP_STRUCT__entry(
		__array(char, log, LFVEC_LOG_NAME_MAX)
		__field(u64, seq)
		__field(u64, lost)
	),

	TP_fast_assign(
		memcpy(__entry->log, log, LFVEC_LOG_NAME_MAX);
		__entry->seq = seq;
		__entry->lost = lost;
	),

	TP_printk("log=%s seq=%llu lost=%llu", __entry->log, __entry->seq,
		  __entry->lost)
);

#endif /* _TRACE_LFVEC_LOG_H */

/* This part must be outside protection */
#include <trace/define_trace.h>
