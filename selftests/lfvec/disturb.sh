#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What may happen to a machine while vectors are used: CPUs come and go, names are
# dropped, modules are to be unloaded, processes are killed.

tool=$(dirname "$0")/lfvec
# shellcheck source=/dev/null
. "$(dirname "$0")/check.sh"

skip()
{
	tests=$((tests + 1))
	echo "ok $tests # SKIP $1"
}

[ -e /dev/lfvec_stress ] || modprobe lfvec_stress 2>/dev/null
if [ "$(id -u)" != 0 ] || ! "$tool" info >/dev/null 2>&1; then
	echo "1..0 # SKIP /dev/lfvec_stress is not to be had"
	exit 4
fi
echo "TAP version 13"

everywhere=task,softirq,hardirq,nmi
"$tool" run --contexts $everywhere --ops 1 --quiet >/dev/null 2>&1 ||
	everywhere=task,softirq,hardirq

# CPUs go and come, all but the first, while all contexts are busy.
hotplug()
{
	rounds=0

	"$tool" run --contexts $everywhere --threads 8 --duration "${1}s" \
		--mix push=30,pop=25,xchg=15,push_many=15,pop_many=15 \
		--shrink 50ms --quiet >/tmp/disturb.out 2>&1 &
	while kill -0 $! 2>/dev/null; do
		for cpu in /sys/devices/system/cpu/cpu[1-9]*/online; do
			echo 0 >"$cpu" && echo 1 >"$cpu" && rounds=$((rounds + 1))
		done
	done
	wait $!
	status=$?
	echo "# $rounds times a CPU went and came"
	sed 's/^/# /' /tmp/disturb.out
	return $status
}

if [ -w /sys/devices/system/cpu/cpu1/online ]; then
	hotplug "${LFVEC_HOTPLUG_S:-8}"
	ok $? "CPUs go and come"
else
	skip "no CPU that may go offline"
fi

# Clients are attached: the name may go, the modules may not, nothing is lost.
"$tool" drive --procs 8 --duration 1h --quiet >/tmp/disturb.out 2>&1 &
pid=$!
name=drive-$pid
tries=0
until "$tool" stat "$name" >/dev/null 2>&1 || [ $((tries += 1)) -gt 60 ]; do
	sleep 0.5
done
sleep 1
! rmmod lfvec_stress 2>/dev/null && ! rmmod lfvec 2>/dev/null
ok $? "modules stay while clients are attached"
"$tool" drop "$name"
ok $? "the name is dropped under load"
! "$tool" size "$name" 2>/dev/null
ok $? "nobody finds it by that name"
sleep 1
kill $pid
wait $pid
ok $? "clients go on, and nothing is lost"
sed 's/^/# /' /tmp/disturb.out
rmmod lfvec_stress && rmmod lfvec_log && rmmod lfvec && modprobe lfvec_stress
ok $? "then the modules can go"

# Does process $1, killed, go within 5 s?
killed()
{
	kill -KILL "$1"
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		kill -0 "$1" 2>/dev/null || return 0
		sleep 0.5
	done
	return 1
}

# Killed in the middle of a long call; what it leaves does no harm.
"$tool" create long >/dev/null
"$tool" reserve long 16M >/dev/null 2>&1 &
sleep 0.1
killed $!
ok $? "killed while it reserves"
"$tool" push long 1 2 3 >/dev/null && "$tool" clear long >/dev/null &&
	"$tool" shrink long >/dev/null && "$tool" drop long
ok $? "the vector is as it was"
"$tool" run --fill 16M --ops 10 >/dev/null 2>&1 &
sleep 0.2
killed $!
ok $? "killed while it fills a vector"
"$tool" run --cost-only --cost 400k >/dev/null 2>&1 &
sleep 0.5
killed $!
ok $? "killed while it measures"
"$tool" run --contexts $everywhere --duration 1h >/dev/null 2>&1 &
sleep 0.5
killed $!
ok $? "killed while threads run"
rmmod lfvec_stress && modprobe lfvec_stress
ok $? "its threads are gone"

rm -f /tmp/disturb.out
finish
