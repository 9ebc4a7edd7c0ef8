/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM lfvec

#if !defined(_TRACE_LFVEC_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_LFVEC_H

#include <linux/lfvec.h>
#include <linux/log2.h>
#include <linux/tracepoint.h>

/* Losing so many races is rare enough to be told of. */
#define LFVEC_STORM	4

/*
 * An operation has lost so many races by now. That there are many of these must not
 * make them last: it is told only when their number has doubled.
 */
TRACE_EVENT_CONDITION(lfvec_retry,
	TP_PROTO(const struct lfvec *vec, unsigned int lost),

	TP_ARGS(vec, lost),

	TP_CONDITION(lost >= LFVEC_STORM && is_power_of_2(lost)),

	TP_STRUCT__entry(
		__field(const void *, vec)
		__field(unsigned int, lost)
	),

	TP_fast_assign(
		__entry->vec = vec;
		__entry->lost = lost;
	),

	TP_printk("vec=%p lost=%u", __entry->vec, __entry->lost)
);

/* An operation has completed a write that another one had left pending. */
TRACE_EVENT(lfvec_help,
	TP_PROTO(const struct lfvec *vec, unsigned long index),

	TP_ARGS(vec, index),

	TP_STRUCT__entry(
		__field(const void *, vec)
		__field(unsigned long, index)
	),

	TP_fast_assign(
		__entry->vec = vec;
		__entry->index = index;
	),

	TP_printk("vec=%p index=%lu", __entry->vec, __entry->index)
);

/* Elements could not be pushed or stored, and not because of a bound. */
TRACE_EVENT(lfvec_drop,
	TP_PROTO(const struct lfvec *vec, unsigned int nr, long err),

	TP_ARGS(vec, nr, err),

	TP_STRUCT__entry(
		__field(const void *, vec)
		__field(unsigned int, nr)
		__field(int, err)
	),

	TP_fast_assign(
		__entry->vec = vec;
		__entry->nr = nr;
		__entry->err = err;
	),

	TP_printk("vec=%p nr=%u err=%d", __entry->vec, __entry->nr, __entry->err)
);

DECLARE_EVENT_CLASS(lfvec_bucket,
	TP_PROTO(struct lfvec *vec, unsigned int bucket, unsigned long bytes),

	TP_ARGS(vec, bucket, bytes),

	TP_STRUCT__entry(
		__field(const void *, vec)
		__field(unsigned int, bucket)
		__field(unsigned long, bytes)
		__field(unsigned long, capacity)
	),

	TP_fast_assign(
		__entry->vec = vec;
		__entry->bucket = bucket;
		__entry->bytes = bytes;
		__entry->capacity = __lfvec_capacity(vec);
	),

	TP_printk("vec=%p bucket=%u bytes=%lu capacity=%lu", __entry->vec,
		  __entry->bucket, __entry->bytes, __entry->capacity)
);

/* A bucket was installed, and takes so many bytes. */
DEFINE_EVENT(lfvec_bucket, lfvec_grow,
	TP_PROTO(struct lfvec *vec, unsigned int bucket, unsigned long bytes),

	TP_ARGS(vec, bucket, bytes)
);

/* lfvec_shrink() has freed a bucket, and the nodes in it: so many bytes. */
DEFINE_EVENT(lfvec_bucket, lfvec_shrink,
	TP_PROTO(struct lfvec *vec, unsigned int bucket, unsigned long bytes),

	TP_ARGS(vec, bucket, bytes)
);

#endif /* _TRACE_LFVEC_H */

/* This part must be outside protection */
#include <trace/define_trace.h>
