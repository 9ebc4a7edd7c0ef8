#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The sample module: what really happens in the kernel is in its logs.

here=$(cd "$(dirname "$0")" && pwd)
tool=$here/lfvec
params=/sys/module/lfvec_events/parameters
# shellcheck source=/dev/null
. "$here/check.sh"

# records LOG: all that is in it, to a record that is written for that
records()
{
	read -r end </proc/sys/kernel/random/uuid
	echo "<0>$end" >"/dev/lfvec/$1"
	sed "/;$end\$/q" "/dev/lfvec/$1"
}

# has LOG PATTERN: a text, whole
has()
{
	records "$1" | grep -q "^[0-9]*,[0-9]*,[0-9]*,-,[^;]*;$2\$"
}

# has_field LOG TEXT FIELD: in the same record
has_field()
{
	records "$1" | awk -v text="$2" -v field=" $3" '
		/^[0-9]/ { of = substr($0, index($0, ";") + 1) }
		of == text && $0 == field { found = 1 }
		END { exit !found }'
}

# Opens a file, and says who did: pid and name
opener()
{
	sh -c 'read -r comm </proc/$$/comm; echo "$$ $comm"; read -r _ </proc/version'
}

rmmod lfvec_events 2>/dev/null
if [ "$(id -u)" != 0 ] || ! modprobe lfvec_events 2>/dev/null; then
	echo "1..0 # SKIP lfvec_events cannot be loaded"
	exit 4
fi
echo "TAP version 13"

[ -c /dev/lfvec/events ]
ok $? "a log of events"
has events 'lo: NETDEV_REGISTER' && has_field events 'lo: NETDEV_REGISTER' NAME=lo
ok $? "a device that was there before"
ip link set lo up && ip link set lo down && ip link set lo up
has events 'lo: NETDEV_UP' && has events 'lo: NETDEV_DOWN' &&
	has_field events 'lo: NETDEV_UP' EVENT=NETDEV_UP &&
	has_field events 'lo: NETDEV_UP' IFINDEX=1
ok $? "a device goes up and down"
mtu=$(cat /sys/class/net/lo/mtu)
ip link set lo mtu 9000
has_field events 'lo: NETDEV_CHANGEMTU' MTU=9000
ok $? "a device changes"
ip link set lo mtu "$mtu"
rmmod lfvec_stress && modprobe lfvec_stress
has events 'module lfvec_stress: going' &&
	has events 'module lfvec_stress: coming' &&
	has_field events 'module lfvec_stress: live' NAME=lfvec_stress &&
	has_field events 'module lfvec_stress: live' STATE=live
ok $? "a module goes and comes"
if [ -w /sys/devices/system/cpu/cpu1/online ]; then
	echo 0 >/sys/devices/system/cpu/cpu1/online
	echo 1 >/sys/devices/system/cpu/cpu1/online
	has events 'CPU 1 goes offline' && has events 'CPU 1 is online'
	ok $? "a CPU goes and comes"
fi
complaint='no .*'
grep -q ' [Tt] register_kprobe$' /proc/kallsyms || complaint='no log .*'
! has events "$complaint"
ok $? "it has nothing to complain of"

if [ -c /dev/lfvec/opens ]; then
	who=$(opener)
	pid=${who%% *}
	records opens >/tmp/events.out
	grep -q "cpu=[0-9]*,context=task,caller=T$pid;open /proc/version\$" \
		/tmp/events.out
	ok $? "a file is opened, and by whom"
	grep -A 2 "caller=T$pid;open /proc/version\$" /tmp/events.out |
		tr '\n' ' ' | grep -q " COMM=${who#* }  DFD=-100 \$"
	ok $? "what that one is called"
	! records events | grep -q ';open '
	ok $? "in a log of its own"
	/bin/busybox true
	has opens 'open /bin/busybox'
	ok $? "a file is executed"

	"$tool" log level opens notice
	before=$(records opens | grep -c ';open ')
	opener >/dev/null
	[ "$before" = "$(records opens | grep -c ';open ')" ]
	ok $? "turned off by its level"
	"$tool" log level opens info

	echo 1 >$params/binary
	opener >/dev/null
	echo 0 >$params/binary
	# AT_FDCWD, the name, NUL
	has opens 'type 1: 9cffffff2f70726f632f76657273696f6e00'
	ok $? "in binary"
	long=/$(printf '%0200d' 0)
	echo 1 >$params/binary
	[ ! -e "$long" ] && ! cat "$long" 2>/dev/null
	echo 0 >$params/binary
	has opens 'type 1: 9cffffff2f\(30\)\{122\}00'
	ok $? "a long name is cut"
	[ "$("$tool" log info opens | grep -c .)" -gt 5 ]
	ok $? "the tool knows that log"
fi

# Who reads is not in the way of rmmod, and gets the rest.
exec 8</dev/lfvec/events 9</dev/lfvec/events
timeout 20 cat <&8 >/tmp/events.out &
reader=$!
sleep 1
rmmod lfvec_events
ok $? "unloaded while it is read"
wait $reader
ok $? "a reader that waits sees the end"
timeout 20 cat <&9 >/tmp/events.rest
ok $? "and so does one who comes to read later"
cmp -s /tmp/events.out /tmp/events.rest && grep -q 'lo: NETDEV_REGISTER' /tmp/events.rest
ok $? "both have read all of it"
! grep -q ';lo: NETDEV_UNREGISTER' /tmp/events.rest
ok $? "no device is said to go that does not"
exec 8<&- 9<&-
! [ -e /dev/lfvec/events ] && ! [ -e /dev/lfvec/opens ]
ok $? "the logs are gone"

modprobe lfvec_events opens=0 && [ ! -e /dev/lfvec/opens ] && has events 'lo: NETDEV_REGISTER'
ok $? "without opens"
rmmod lfvec_events
modprobe lfvec_events records=4000000000 &&
	has events 'no log of opens: -\(EINVAL\|22\)' && [ ! -e /dev/lfvec/opens ]
ok $? "as many opens as there cannot be: it says so, and goes on"
rmmod lfvec_events
for _ in 1 2 3 4 5; do
	modprobe lfvec_events && opener >/dev/null
	rmmod lfvec_events || break
done
ok $? "loaded and unloaded again and again"

rm -f /tmp/events.*
finish
