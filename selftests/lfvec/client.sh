#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Another module, built apart from lfvec, that uses it: see module/.

rmmod test_lfvec 2>/dev/null
if ! modprobe -D test_lfvec >/dev/null 2>&1; then
	echo "1..0 # SKIP test_lfvec is not installed"
	exit 4
fi
echo "TAP version 13"
echo "1..1"
if modprobe test_lfvec; then
	echo "ok 1 test_lfvec"
	rmmod test_lfvec
else
	dmesg | grep test_lfvec | sed 's/^/# /'
	echo "not ok 1 test_lfvec"
	exit 1
fi
