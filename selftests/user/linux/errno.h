/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _STUB_LINUX_ERRNO_H
#define _STUB_LINUX_ERRNO_H

#include_next <linux/errno.h>
#include <errno.h>

#endif /* _STUB_LINUX_ERRNO_H */
