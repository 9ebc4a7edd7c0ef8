/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_KREF_H
#define _LINUX_KREF_H

/* Only ever a member of structures that are not used here. */
struct kref {
	int	count;
};

#endif /* _LINUX_KREF_H */
