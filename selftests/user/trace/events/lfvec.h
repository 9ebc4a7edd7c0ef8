/* SPDX-License-Identifier: GPL-2.0 */
/* Nobody traces here. */
#ifndef _TRACE_LFVEC_H
#define _TRACE_LFVEC_H

#include <linux/lfvec.h>

static inline bool trace_lfvec_retry_enabled(void)
{
	return false;
}

static inline bool trace_lfvec_help_enabled(void)
{
	return false;
}

static inline void trace_lfvec_retry(const struct lfvec *vec, unsigned int lost)
{
}

static inline void trace_lfvec_help(const struct lfvec *vec, unsigned long index)
{
}

static inline void trace_lfvec_drop(const struct lfvec *vec, unsigned int nr, long err)
{
}

static inline void trace_lfvec_grow(struct lfvec *vec, unsigned int bucket,
				    unsigned long bytes)
{
}

static inline void trace_lfvec_shrink(struct lfvec *vec, unsigned int bucket,
				      unsigned long bytes)
{
}

#endif /* _TRACE_LFVEC_H */
