#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Loading and unloading: what must fail, and what must be left of it (nothing).

tool=$(dirname "$0")/lfvec
# shellcheck source=/dev/null
. "$(dirname "$0")/check.sh"

loaded()
{
	grep -q "^$1 " /proc/modules
}

unload()
{
	rmmod lfvec_stress && rmmod lfvec_log && rmmod lfvec
}

# kB of kernel memory that is not given back to the page allocator
kernel_kb()
{
	echo 3 >/proc/sys/vm/drop_caches
	awk '/^(Slab|VmallocUsed|Percpu):/ { sum += $2 } END { print sum }' /proc/meminfo
}

if [ "$(id -u)" != 0 ] || ! modprobe lfvec_stress 2>/dev/null; then
	echo "1..0 # SKIP lfvec_stress cannot be loaded"
	exit 4
fi

echo "TAP version 13"
"$tool" info >/dev/null
ok $? "device is there"
! rmmod lfvec 2>/dev/null
ok $? "library stays while it is used"
exec 9<>/dev/lfvec_stress
! rmmod lfvec_stress 2>/dev/null
ok $? "module stays while the device is open"
exec 9>&-

"$tool" create left-behind >/dev/null && "$tool" push left-behind 1 2 3 >/dev/null
ok $? "a vector that nobody has open"
unload
ok $? "unload with that vector"
if loaded lfvec || loaded lfvec_stress || [ -e /dev/lfvec_stress ] ||
   [ -e /sys/kernel/debug/lfvec ]; then
	ok 1 "nothing is left"
else
	ok 0 "nothing is left"
fi
! grep -q lfvec /proc/slabinfo
ok $? "no cache is left"

# Once to warm up what the kernel keeps, then ten times for real.
round()
{
	modprobe lfvec_stress &&
	"$tool" run --threads 4 --ops 20k --quiet >/dev/null &&
	"$tool" run --threads 4 --ops 20k --esize 256 --quiet >/dev/null &&
	"$tool" create kept >/dev/null &&
	"$tool" reserve kept 20k &&
	unload
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
# What ten rounds would leak at least, were it only the reserve of 20k nodes.
[ $((after - before)) -lt 2048 ]
back=$?
name="memory is back"
# which keeps back what is freed; and has kmemleak beside it, see leaks.sh
if grep -q ' __kasan_kmalloc$' /proc/kallsyms; then
	back=0
	name="$name # SKIP KASAN"
fi
ok $back "$name"

! modprobe lfvec_stress nonsense=1 2>/dev/null || dmesg | tail -n 5 | grep -q nonsense
ok $? "unknown parameter"
modprobe lfvec_stress
echo 1000000 >/sys/module/lfvec/parameters/backoff_max &&
	"$tool" run --threads 4 --ops 20k --quiet >/dev/null
ok $? "a huge backoff is bounded"
echo 0 >/sys/module/lfvec/parameters/backoff_max &&
	"$tool" run --threads 4 --ops 20k --quiet >/dev/null
ok $? "no backoff"
echo 512 >/sys/module/lfvec/parameters/backoff_max

for file in counters size memory; do
	"$tool" create debugfs >/dev/null
	stat -c %a "/sys/kernel/debug/lfvec/debugfs/$file" | grep -q '^444$' &&
		grep -q ': ' "/sys/kernel/debug/lfvec/debugfs/$file"
	ok $? "debugfs $file"
	"$tool" drop debugfs
done
[ ! -e /sys/kernel/debug/lfvec/debugfs ]
ok $? "debugfs goes with the vector"

finish
