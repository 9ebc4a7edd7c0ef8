/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_KCONFIG_H
#define _LINUX_KCONFIG_H

/* As in the kernel: 1 if @option is defined as 1, or else 0. */
#define __ARG_PLACEHOLDER_1		0,
#define __take_second_arg(ignored, val, ...)	val
#define ____is_defined(arg1_or_junk)	__take_second_arg(arg1_or_junk 1, 0, 0)
#define ___is_defined(val)		____is_defined(__ARG_PLACEHOLDER_##val)
#define __is_defined(x)			___is_defined(x)
#define IS_ENABLED(option)		__is_defined(option)

#if __SIZEOF_LONG__ == 8
#define CONFIG_64BIT			1
#endif
#define CONFIG_ARCH_HAVE_NMI_SAFE_CMPXCHG	1

#endif /* _LINUX_KCONFIG_H */
