#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Calls of all kinds, most of them almost right, on all that the modules show to user
# space: by root, and by nobody. Then nothing may be left of it, neither memory nor a
# word in the kernel log. LFVEC_FUZZ_CALLS and LFVEC_FUZZ_SEED: how many each, and
# from which seed.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=/dev/null
. "$here/check.sh"

calls=${LFVEC_FUZZ_CALLS:-20000}
seed=${LFVEC_FUZZ_SEED:-1}
parameters=/sys/module/lfvec/parameters
bad='WARNING|BUG:|Oops|Call Trace|suspicious RCU|rcu:.*(stall|detected)|blocked for more|lockup|KASAN|Out of memory'

# What a log was dumped as, is not the kernel's word.
klog()
{
	dmesg | sed '/\] [a-z0-9._-]*: \[ *[0-9]*\.[0-9]*\] <[0-7]> /d'
}

# Given back to the page allocator is all but so many kB.
kernel_kb()
{
	sleep 1
	echo 3 >/proc/sys/vm/drop_caches
	awk '/^(Slab|VmallocUsed|Percpu):/ { sum += $2 } END { print sum }' /proc/meminfo
}

free_kb()
{
	awk '/^(MemFree|Buffers|Cached):/ { sum += $2 } END { print sum }' /proc/meminfo
}

unload()
{
	for module in lfvec_events lfvec_stress lfvec_log lfvec; do
		! grep -q "^$module " /proc/modules || rmmod $module || return
	done
}

load()
{
	modprobe lfvec_stress && { modprobe lfvec_events opens=0 2>/dev/null || :; }
}

fuzz()
{
	"$here/lfvec_fuzz" --seed "$seed" "$@"
}

if [ "$(id -u)" != 0 ] || ! unload 2>/dev/null || ! load 2>/dev/null; then
	echo "1..0 # SKIP lfvec_stress cannot be loaded anew"
	exit 4
fi
echo "TAP version 13"
had=$(klog | grep -cE "$bad")
read -r level rest </proc/sys/kernel/printk
echo 5 >/proc/sys/kernel/printk	# a console is slow

# once, for what the kernel keeps for the next time
fuzz --calls 4000 >/dev/null && fuzz --calls 4000 --user >/dev/null && unload
ok $? "a few calls, and unload"
before=$(kernel_kb)
free=$(free_kb)
load
fuzz --calls "$calls"
ok $? "$calls calls by root"
fuzz --calls "$calls" --user
ok $? "$calls calls by nobody"
tool=$here/lfvec
"$tool" info | grep -q '^0 named vectors'
ok $? "no vector is left" || "$tool" info
! ls /dev/lfvec/fuzz* 2>/dev/null
ok $? "nor a log"
for parameter in backoff_min=64 backoff_max=512; do
	echo ${parameter#*=} >$parameters/${parameter%=*}
done
unload
ok $? "unload"
! grep -q lfvec /proc/slabinfo
ok $? "no cache is left"
after=$(kernel_kb)
echo "# kernel memory: $before kB before, $after kB after; free: $free kB, $(free_kb) kB"
[ $((after - before)) -lt 4096 ] && [ $((free - $(free_kb))) -lt 65536 ]
ok $? "memory is back"
modprobe lfvec_stress
[ "$(klog | grep -cE "$bad")" -le "$had" ]
ok $? "the kernel log says nothing" || klog | grep -E "$bad" | sed 's/^/# /'
echo "$level" >/proc/sys/kernel/printk
finish
