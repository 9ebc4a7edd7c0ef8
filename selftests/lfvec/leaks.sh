#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Leaks, as kmemleak sees them: all that our modules have allocated since the
# machine is up, once they are unloaded.

here=$(cd "$(dirname "$0")" && pwd)
tool=$here/lfvec
kmemleak=/sys/kernel/debug/kmemleak
# shellcheck source=/dev/null
. "$here/check.sh"

if [ "$(id -u)" != 0 ] || ! modprobe lfvec_stress 2>/dev/null; then
	echo "1..0 # SKIP lfvec_stress cannot be loaded"
	exit 4
fi
if ! echo scan=off 2>/dev/null >$kmemleak; then
	echo "1..0 # SKIP no kmemleak"
	exit 4
fi
echo "TAP version 13"

"$tool" run --threads 4 --ops 20k --shrink 20ms --quiet >/dev/null &&
	"$tool" create kept >/dev/null && "$tool" push kept 1 2 3 >/dev/null
ok $? "some work"

# Again and again, as some need others.
for _ in 1 2 3 4; do
	while read -r module _; do
		case $module in
		*lfvec*) rmmod "$module" 2>/dev/null ;;
		esac
	done </proc/modules
done
! grep -q lfvec /proc/modules
ok $? "unload"

# What is younger than 5 s it leaves alone, and what changes from scan to scan.
sleep 6
for _ in 1 2 3; do
	echo scan >$kmemleak
	sleep 1
done
cat $kmemleak >/tmp/leaks
! grep -q . /tmp/leaks
ok $? "no leaks" || head -n 40 /tmp/leaks | sed 's/^/# /'
echo clear >$kmemleak
rm -f /tmp/leaks

modprobe lfvec_stress
finish
