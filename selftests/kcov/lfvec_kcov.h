/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the compiler calls, see lfvec_kcov.c
 */
#ifndef _LFVEC_KCOV_H
#define _LFVEC_KCOV_H

#include <linux/compiler.h>

void notrace __sanitizer_cov_trace_pc(void);

#endif /* _LFVEC_KCOV_H */
