/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_MODULEPARAM_H
#define _LINUX_MODULEPARAM_H

#define module_param(name, type, mode)	_Static_assert(1, #name)
#define MODULE_PARM_DESC(name, text)	_Static_assert(1, text)

#endif /* _LINUX_MODULEPARAM_H */
