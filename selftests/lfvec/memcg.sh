#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What is allocated for a process is charged to its memory control group, and
# that group's limit holds.

tool=$(dirname "$0")/lfvec
root=/sys/fs/cgroup
# shellcheck source=/dev/null
. "$(dirname "$0")/check.sh"

[ -e /dev/lfvec_stress ] || modprobe lfvec_stress 2>/dev/null
if [ "$(id -u)" != 0 ] || ! "$tool" info >/dev/null 2>&1; then
	echo "1..0 # SKIP /dev/lfvec_stress is not to be had"
	exit 4
fi
grep -q " $root cgroup2 " /proc/mounts ||
	mount -t cgroup2 none $root 2>/dev/null
if ! grep -qw memory $root/cgroup.controllers 2>/dev/null ||
   ! echo +memory >$root/cgroup.subtree_control 2>/dev/null; then
	echo "1..0 # SKIP no memory controller of cgroup v2"
	exit 4
fi
group=$root/lfvec-$$
mkdir $group
echo "TAP version 13"

# inside COMMAND...: in the group
inside()
{
	sh -c 'echo $$ >"$0"/cgroup.procs && exec "$@"' $group "$@"
}

# MiB that are charged to it
charged()
{
	echo $(($(cat $group/memory.current) >> 20))
}

inside "$tool" create mine >/dev/null
ok $? "a vector made in the group"
inside "$tool" reserve mine 500k
nr=$(charged)
echo "# $nr MiB charged for 500,000 elements"
[ "$nr" -ge 15 ]
ok $? "what the group reserves is charged to it"
"$tool" reserve mine 1M
nr=$(charged)
echo "# $nr MiB charged for 1,000,000 elements"
[ "$nr" -ge 30 ]
ok $? "and what others do for that vector"
"$tool" drop mine
sleep 1
nr=$(charged)
echo "# $nr MiB charged after the drop"
[ "$nr" -le 4 ]
ok $? "all of it is given back"

# 512 MB are asked for. Whoever asks may be killed for it, and nobody else.
echo 24M >$group/memory.max
inside "$tool" create limited >/dev/null
! inside "$tool" reserve limited 16M >/dev/null 2>&1
ok $? "no more than the group may have"
[ "$(charged)" -le 24 ]
ok $? "its limit holds"
"$tool" push limited 1 2 3 >/dev/null && "$tool" clear limited >/dev/null
ok $? "the vector is as it was"
"$tool" shrink limited >/dev/null
"$tool" drop limited
! inside "$tool" run --fill 8M --ops 1M --quiet >/dev/null 2>&1
ok $? "threads on its behalf have no more, either"
sleep 1
nr=$(charged)
echo "# $nr MiB charged at the end"
[ "$nr" -le 4 ]
ok $? "nothing is left"
rmdir $group

# The kernel says at length whom it killed for that.
dmesg | grep -q 'Memory cgroup out of memory' && dmesg -c >/dev/null
finish
