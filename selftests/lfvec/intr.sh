#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Operations that are interrupted at each of their instructions: see
# module/intr.c. With LFVEC_STRICT=1, each of those listed there must be come by;
# other compilers may make some that cannot be.

rmmod test_lfvec_intr 2>/dev/null
if ! modinfo test_lfvec_intr >/dev/null 2>&1; then
	echo "1..0 # SKIP test_lfvec_intr is not installed"
	exit 4
fi
if ! grep -q ' [Tt] register_kprobe$' /proc/kallsyms; then
	echo "1..0 # SKIP no kprobes"
	exit 4
fi
echo "TAP version 13"
echo "1..1"
modprobe test_lfvec_intr "strict=${LFVEC_STRICT:-0}"
status=$?
dmesg | grep -o 'test_lfvec_intr: .*' | sed 's/^/# /'
if [ $status = 0 ]; then
	echo "ok 1 test_lfvec_intr"
	rmmod test_lfvec_intr
else
	echo "not ok 1 test_lfvec_intr"
	exit 1
fi
