#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Puts the modules that came with these tests where modprobe finds them. Wants root,
# once, before the tests. Fails if there are none for the kernel that runs: then all
# tests will be skipped, but for those that need no module.

kver=$(uname -r)
from=$(dirname "$0")/modules/$kver
to=/lib/modules/$kver/updates/lfvec

if [ ! -d "$from" ]; then
	echo "setup.sh: no modules for $kver, only for:" \
		"$(cd "$(dirname "$0")/modules" 2>/dev/null && echo *)" >&2
	exit 4
fi
mkdir -p "$to" && cp "$from"/*.ko "$to/" && depmod "$kver" &&
	modinfo lfvec_stress >/dev/null && echo "modules for $kver are in $to"
