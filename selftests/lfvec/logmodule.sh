#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A module that writes to logs, built apart from lfvec_log: see module/log.c. And
# what is left of lfvec_log once it is unloaded (nothing).

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=/dev/null
. "$here/check.sh"

# kB of kernel memory that is not given back to the page allocator
kernel_kb()
{
	echo 3 >/proc/sys/vm/drop_caches
	awk '/^(Slab|VmallocUsed|Percpu):/ { sum += $2 } END { print sum }' /proc/meminfo
}

unload()
{
	for module in test_lfvec_log lfvec_events lfvec_stress lfvec_log lfvec; do
		! grep -q "^$module " /proc/modules || rmmod $module || return
	done
}

rmmod test_lfvec_log 2>/dev/null
if [ "$(id -u)" != 0 ] || ! modprobe -D test_lfvec_log >/dev/null 2>&1; then
	echo "1..0 # SKIP test_lfvec_log is not installed"
	exit 4
fi
echo "TAP version 13"

modprobe test_lfvec_log
status=$?
dmesg | grep -o 'test_lfvec_log: .*' | sed 's/^/# /'
ok $status "test_lfvec_log"
# since it was loaded this time
dumped=$(dmesg | awk '/test_lfvec_log: .* reserved/ { all = "" }
		      /<6> dump of/ { all = all $NF } END { print all }')
[ "$dumped" = 789 ]
ok $? "of ten records, the last three are dumped"
[ "$(find /dev/lfvec /sys/class/lfvec_log/ -name 'test_lfvec_log*' | wc -l)" = 2 ] &&
	grep -q '^test_lfvec_log' /sys/kernel/debug/lfvec_logs
ok $? "its log is there, and no other that it made"
[ "$(stat -c '%a %u %g' /dev/lfvec/test_lfvec_log)" = "600 0 0" ]
ok $? "it is root's"
[ "$(stat -c %a /sys/kernel/debug/lfvec_logs)" = 444 ] &&
	! echo x 2>/dev/null >/sys/kernel/debug/lfvec_logs
ok $? "the summary is to be read only"
! rmmod lfvec_log 2>/dev/null
ok $? "lfvec_log stays while a module uses it"
exec 9</dev/lfvec/test_lfvec_log
rmmod test_lfvec_log
ok $? "the module that writes may go while its log is read"
! rmmod lfvec_stress 2>/dev/null || ! rmmod lfvec_log 2>/dev/null
ok $? "lfvec_log may not"
[ "$(cat <&9 | grep -c '^[0-9]*,[0-9]*,[0-9]*,-,')" -gt 20 ]
ok $? "and what is in the log can be read to its end"
exec 9<&-

unload
ok $? "unload"
if [ -e /dev/lfvec ] || [ -e /sys/class/lfvec_log ] ||
   [ -e /sys/kernel/debug/lfvec_logs ] || grep -q lfvec /proc/devices ||
   grep -q lfvec /proc/slabinfo; then
	find /dev/lfvec /sys/class/lfvec_log /sys/kernel/debug/lfvec_logs 2>&1 |
		sed 's/^/# /'
	ok 1 "nothing is left"
else
	ok 0 "nothing is left"
fi

# Once to warm up what the kernel keeps, then ten times for real. The load is what
# the tests of the module make of it.
round()
{
	modprobe test_lfvec_log && rmmod test_lfvec_log && unload
}

round
sleep 1
before=$(kernel_kb)
for _ in 1 2 3 4 5 6 7 8 9 10; do
	round || break
done
ok $? "ten rounds of load, work, unload"
sleep 1
after=$(kernel_kb)
echo "# kernel memory: $before kB before, $after kB after"
[ $((after - before)) -lt 2048 ]
ok $? "memory is back"

modprobe lfvec_stress
finish
