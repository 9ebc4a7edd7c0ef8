#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# dmesg of util-linux, which knows nothing of us, reads our logs: each is put where
# it looks for /dev/kmsg, in a mount namespace of its own.

here=$(cd "$(dirname "$0")" && pwd)
tool=$here/lfvec
name=dmesg-$$
# shellcheck source=/dev/null
. "$here/check.sh"

# same EXPECTED PRINTED NAME
same()
{
	if [ "$1" = "$2" ]; then
		ok 0 "$3"
	else
		ok 1 "$3"
		printf 'expected:\n%s\nprinted:\n%s\n' "$1" "$2" | sed 's/^/# /'
	fi
}

skip()
{
	echo "1..0 # SKIP $1"
	exit 4
}

dmesg=''
for file in /usr/lib/util-linux/dmesg "$(command -v dmesg)"; do
	[ -n "$dmesg" ] || ! "$file" --version 2>/dev/null | grep -q util-linux ||
		dmesg=$file
done
[ -n "$dmesg" ] || skip "no dmesg of util-linux"
unshare -m true 2>/dev/null || skip "no mount namespace is to be had"
[ -e /dev/lfvec_stress ] || modprobe lfvec_stress 2>/dev/null
"$tool" log create $name --level debug >/dev/null 2>&1 ||
	skip "no log is to be had"
echo "TAP version 13"
"$dmesg" --version | sed 's/^/# /'

# with_log LOG COMMAND...: which finds that log as /dev/kmsg
# shellcheck disable=SC2016 # that is for the inner shell
with_log()
{
	unshare -m sh -c 'mount --bind "/dev/lfvec/$0" /dev/kmsg && exec "$@"' "$@"
}

ours()
{
	with_log $name timeout 60 "$dmesg" "$@"
}

# await COMMAND...: until it is true, or for 10 s
await()
{
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		"$@" && return
		sleep 0.5
	done
	return 1
}

# printed FILE TEXT, readers N, stopped PID, gone PID...: for that
printed()
{
	[ "$(cat "$1")" = "$2" ]
}

readers()
{
	"$tool" log info $name | grep -q "readers  *$1\$"
}

stopped()
{
	grep -q '^State:.*T' "/proc/$1/status"
}

gone()
{
	for pid; do
		! kill -0 "$pid" 2>/dev/null || return
	done
}

# put TEXT: one record
put()
{
	printf '%s' "$1" >/dev/lfvec/$name
}

# What it must print, from what there is to read
plain()
{
	"$tool" log export $name - --format kmsg | awk -F '[,;]' '/^[0-9]/ {
		printf "[%5d.%06d] %s\n", $3 / 1000000, $3 % 1000000,
		       substr($0, index($0, ";") + 1)
	}'
}

put '<0>of level 0'
put '<3>an error'
put '<4>a warning'
put 'without a level'
put '<7>for debugging, key=value; "quoted", 100 %'
put '<27>of a daemon'
same "$(plain)" "$(ours)" "all records, in order, with their times"
same 'of level 0
an error
a warning
without a level
for debugging, key=value; "quoted", 100 %
of a daemon' "$(ours -t)" "texts as they were written"
same 'an error
a warning
of a daemon' "$(ours -t --level err,warn)" "by level"
same 'of a daemon' "$(ours -t --facility daemon)" "by facility"
same '' "$(ours -t --kernel)" "none of them is the kernel's"
same 'user  :emerg : of level 0
user  :err   : an error
user  :warn  : a warning
user  :info  : without a level
user  :debug : for debugging, key=value; "quoted", 100 %
daemon:err   : of a daemon' "$(ours -t -x)" "decoded"
same "$(ours -t | wc -l)" "$(ours --json | grep -c '"msg"')" "as JSON"

# Times of the day: of the last minute
now=$(date +%s)
ours --time-format iso | sed 's/,.*//; s/T/ /' >/tmp/dmesg.out
while read -r day hour; do
	then=$(date -d "$day $hour" +%s)
	[ $((now - then)) -ge -2 ] && [ $((now - then)) -lt 60 ] ||
		echo "$day $hour"
done </tmp/dmesg.out >/tmp/dmesg.bad
[ "$(wc -l </tmp/dmesg.out)" = 6 ] && [ ! -s /tmp/dmesg.bad ]
ok $? "as times of the day, in ISO format"
ours --ctime | grep -q "^\[.* $(date +%Y)\] an error$"
ok $? "as times of the day"

put 'back\slash'
same 'back\slash' "$(ours -t | tail -n 1)" "what is escaped is printed as it was"
"$tool" log clear $name
# it takes an empty log for none, and looks for another one: so let it have something
put 'after it'
same 'after it' "$(ours -t)" "after a clear, only what comes then"

# Following, from the beginning, and from what is new
ours -t --follow >/tmp/dmesg.follow &
follow=$!
ours -t --follow-new >/tmp/dmesg.new &
new=$!
await readers 2
sleep 1
put 'first'
await printed /tmp/dmesg.new 'first'
put 'second'
await printed /tmp/dmesg.follow 'after it
first
second'
ok $? "followed"
await printed /tmp/dmesg.new 'first
second'
ok $? "followed from what is new"

# The log ends, and so do they.
"$tool" log drop $name
await gone $follow $new
ok $? "following ends with the log"
wait $follow $new

# Overrun while it is stopped: it goes on with what is left.
"$tool" log create $name --records 8 >/dev/null
put 'number 0'
ours -t --follow >/tmp/dmesg.follow &
await printed /tmp/dmesg.follow 'number 0'
pid=$(pidof dmesg | tr ' ' '\n' | while read -r pid; do
	grep -q follow "/proc/$pid/cmdline" && echo "$pid"
done)
kill -STOP "$pid"
await stopped "$pid"
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	put "number $i"
done
kill -CONT "$pid"
await printed /tmp/dmesg.follow 'number 0
number 5
number 6
number 7
number 8
number 9
number 10
number 11
number 12'
ok $? "followed past an overrun" || sed 's/^/# /' /tmp/dmesg.follow
"$tool" log drop $name
wait

# A log of the kernel's own, with fields, which it leaves out
if modprobe lfvec_events 2>/dev/null; then
	with_log events "$dmesg" -x | grep -q '^kern  :info  : \[.*\] lo: NETDEV_REGISTER$'
	ok $? "what a kernel module has written"
	! with_log events "$dmesg" | grep -q 'NAME=\|COMM='
	ok $? "without its fields"
	rmmod lfvec_events
fi

rm -f /tmp/dmesg.*
finish
