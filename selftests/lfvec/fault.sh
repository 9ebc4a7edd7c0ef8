#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Allocations that fail, each in turn: see module/fault.c.

rmmod test_lfvec_fault 2>/dev/null
if ! modprobe -D test_lfvec_fault >/dev/null 2>&1; then
	echo "1..0 # SKIP test_lfvec_fault is not installed"
	exit 4
fi
if ! grep -q ' [Tt] register_kprobe$' /proc/kallsyms; then
	echo "1..0 # SKIP no kprobes"
	exit 4
fi
echo "TAP version 13"
echo "1..1"
modprobe test_lfvec_fault
status=$?
dmesg | grep -o 'test_lfvec_fault: .*' | sed 's/^/# /'
if [ $status = 0 ]; then
	echo "ok 1 test_lfvec_fault"
	rmmod test_lfvec_fault
else
	echo "not ok 1 test_lfvec_fault"
	exit 1
fi
