#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Vectors and logs in use by all, in all contexts, with CPUs that go and come and
# memory that is short, for LFVEC_TORTURE_S seconds: see module/torture.c.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=/dev/null
. "$here/check.sh"

module=test_lfvec_torture
seconds=${LFVEC_TORTURE_S:-20}

if [ "$(id -u)" != 0 ] || ! modprobe -D $module >/dev/null 2>&1; then
	echo "1..0 # SKIP $module is not installed"
	exit 4
fi
case $seconds in
'' | *[!0-9]*)
	echo "1..0 # SKIP LFVEC_TORTURE_S=$seconds is no number"
	exit 4
	;;
esac
rmmod $module 2>/dev/null

# What the last torture has printed.
printed()
{
	dmesg | awk '/lfvec-torture:--- Start of test/ { text = "" }
		     /lfvec-torture:/ { sub(/^\[[^]]*\] */, ""); text = text "\n# " $0 }
		     END { print substr(text, 2) }'
}

# Wait until it is over, which it is by itself, if later than it should be. As long as
# memory is short, a shell may be unable to fork, and then it exits.
over()
{
	sleep "$seconds"
	for _ in $(seq $((seconds * 3 + 120))); do
		printed | grep -q 'End of test: ' && return
		sleep 1
	done
	return 1
}

echo "TAP version 13"
for wrong in nwriters=-2 nreaders=1001 watchdog_secs=0 stall_ms=2000 stutter=-1 \
	     memory_mb=x duration=1000001 nmi=2; do
	! modprobe $module $wrong 2>/dev/null || ! rmmod $module
	ok $? "$wrong is refused"
done

modprobe $module && sleep 2 && rmmod $module
ok $? "may be unloaded while it goes on"
printed | grep -q 'End of test: SUCCESS'
ok $? "and ends well"
modprobe $module stutter=0 nmi=0 memory_mb=0 nwriters=1 nreaders=0 && rmmod $module
ok $? "may be unloaded at once"

modprobe $module duration="$seconds" onoff_interval=100 memory_mb=2048 \
	stat_interval=60
ok $? "it begins" && over
ok $? "it is over after $seconds s"
rmmod $module
ok $? "then it goes"
printed
printed | grep -q 'End of test: SUCCESS'
ok $? "all adds up"
finish
