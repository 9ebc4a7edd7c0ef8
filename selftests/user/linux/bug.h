/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_BUG_H
#define _LINUX_BUG_H

#include <linux/compiler.h>

#define BUILD_BUG_ON(cond)	_Static_assert(!(cond), #cond)

/* Where the kernel would warn, the test fails; see stub_bugs(). */
void stub_bug(const char *file, int line, const char *what);

#define WARN_ON(cond)							\
({									\
	bool __warn = (cond);						\
	if (unlikely(__warn))						\
		stub_bug(__FILE__, __LINE__, #cond);			\
	__warn;								\
})
#define WARN_ONCE(cond, ...)	WARN_ON(cond)

#endif /* _LINUX_BUG_H */
