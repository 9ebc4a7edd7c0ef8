#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# lfvec log at a prompt, with logs that lfvec_stress makes for it. What it shows of
# which records is tested in logfile.sh.

here=$(cd "$(dirname "$0")" && pwd)
tool=$here/lfvec
# shellcheck source=/dev/null
. "$here/check.sh"
log=logtool
dir=/tmp/logtool-$$
export TZ=UTC0

# texts EXPECTED ARGUMENT...: which records of the log are shown, by their text
texts()
{
	want=$1
	shift
	got=$("$tool" log show $log --json "$@" 2>/tmp/tool.err |
	      sed -n 's/.*"text":"\([^"]*\)".*/\1/p' | tr '\n' ' ')
	[ "$got" = "${want:+$want }" ]
	ok $? "lfvec log show $log $*" ||
		echo "# shown: $got, expected: $want; $(cat /tmp/tool.err)"
}

# until_true COMMAND...: wait for that, at most 20 s
until_true()
{
	for _ in $(seq 200); do
		"$@" && return
		sleep 0.1
	done
	return 1
}

gone()
{
	! kill -0 "$1" 2>/dev/null
}

# ended PID: within 20 s; returns its exit code
ended()
{
	until_true gone "$1" || kill -KILL "$1"
	wait "$1"
}

followed()
{
	"$tool" log info "$1" --json | grep -q '"readers":1}'
}

has()
{
	grep -q -e "$1" "$2"
}

# --- the tests --------------------------------------------------------------

[ -e /dev/lfvec_stress ] || modprobe lfvec_stress 2>/dev/null
"$tool" log drop $log >/dev/null 2>&1
"$tool" log create $log 2>/dev/null
if [ $? = 4 ]; then
	echo "1..0 # SKIP no log can be made: /dev/lfvec_stress is not to be had"
	exit 4
fi
mkdir -p $dir && cd $dir || exit 1
trap '"$tool" log drop $log 2>/dev/null; rm -rf $dir' EXIT

echo "TAP version 13"
check 0 '*' log --help
check 2 '' log nonsense
check 2 '*' log
for command in list show follow export info level clear dump write create drop; do
	check 0 '*' log $command --help
	check 2 '' log $command --nonsense
done
for command in show follow export info level clear dump write create drop; do
	check 2 '' log $command
done
for name in '' . .. a/b ../null 12345678901234567890123456789012; do
	check 2 '' log show "$name"
	check 2 '' log create "$name"
done
check 2 '' log create 'a b'
check 2 '' log create x --bytes 1
check 2 '' log create x --bytes 64k
check 2 '' log create x --records 1k --policy first
check 2 '' log create x --mode 0777
check 2 '' log create x --mode 9
check 2 '' log create x --rate 3
check 2 '' log create x --rate 0/1s
check 2 '' log create x --level 8
check 2 '' log create x --clock wall
check 2 '' log create x y
check 1 '' log create $log
check 1 '' log drop no-such-log
check 1 '' log show no-such-log
check 2 '' log show $log extra
check 2 '' log show $log --level 8
check 2 '' log show $log --level info,nonsense
check 2 '' log show $log --cpu 3-1
check 2 '' log show $log --cpu 65536
check 2 '' log show $log --pid self
check 2 '' log show $log --context process
check 2 '' log show $log --facility daemon
check 2 '' log show $log --type -1
check 2 '' log show $log --lines all
check 2 '' log show $log --time utc
check 2 '' log show $log --color sometimes
check 2 '' log show $log --format xml
for time in '' - 5x -1.5.1 yesterday 25:00:00 2026-13-01 '2026-01-31 12:00:00x' \
	    '5m  ago' 99999999999999; do
	check 2 '' log show $log --since "$time"
	check 2 '' log show $log --until "$time"
done
check 2 '' log show $log --file known
for place in '' 1 @1 1@ x@1 1@x; do
	check 2 '' log show $log --after "$place"
done
check 2 '' log show --file known --after 1@1
check 2 '' log show --file known --format syslog
check 2 '' log follow --file known
check 2 '' log dump $log 1001
check 2 '' log level $log loud
# a log that is there
check 0 'info' log level $log
check 0 '' log show $log
check 0 '' log write $log --level err one
check 0 '' log write $log -- two
check 0 '' log write $log --level debug hidden
check 0 '' log level $log 7
check 0 'debug' log level $log
check 0 '' log write $log --level 7 '<0>three'
check 0 '' log level $log emerg
check 0 '' log write $log hidden
check 0 '' log level $log info
texts 'one two <0>three'
texts 'one' --level err
texts '<0>three' --level =debug
texts 'one two <0>three' --facility user --context task --comm lfvec
texts '' --facility kernel
texts '' --context softirq,hardirq,nmi
texts 'two <0>three' -n 2
texts 'one two <0>three' --since -1h --until now
texts '' --until '1h ago'
printf 'four\nfive\n' | "$tool" log write $log
texts 'one two <0>three four five'
check 0 '' log clear $log
texts ''
texts 'one two <0>three four five' --all
sleep 1
now=$(date '+%Y-%m-%d %H:%M:%S')
clock=$("$tool" log info $log --json | sed 's/.*"now_ns":\([0-9]*\)[0-9]\{9\},.*/\1/')
check 0 '' log write $log six
texts 'six'
texts 'six' --all --since "$now"
texts 'one two <0>three four five' --all --until "$now"
texts 'six' --all --since "${now#* }"
texts 'six' --all --since "$clock"
if taskset -c 1 true 2>/dev/null; then
	taskset -c 1 "$tool" log write $log seven
	texts 'seven' --cpu 1 --grep seven
	texts '' --cpu 0,2-65535 --grep seven
fi
check 2 '' log write $log "$(printf %4096s x)"
check 0 '' log write $log "$(printf %4092s x)"
check 0 '' log write $log "$(printf %4000s x | tr ' ' '\377')"
check 0 '' log write $log "$(printf '\001\\\033[2J\302\233\t\342\202\254')"
"$tool" log show $log --all >out
! tr -d '\n\t' <out | LC_ALL=C grep -q '[[:cntrl:]]' && has '\\x01\\\\x1b\[2J\\xc2\\x9b' out
ok $? "nothing of what is shown steers a terminal"
"$tool" log show $log --all --json >out
json <out && has '"text":"\\u0001\\\\\\u001b\[2J\\u009b\\u0009€","fields"' out
ok $? "JSON of what cannot be printed"

nr=$(wc -l <out)
"$tool" log export $log kmsg --all
dd if=/dev/lfvec/$log bs=8192 count="$nr" 2>/dev/null | cmp - kmsg
ok $? "export writes what read() returns"
[ "$(grep -c '^[0-9]' kmsg)" = "$nr" ]
ok $? "of all records"
"$tool" log export $log saved --all --format binary
"$tool" log show --file saved -x >one && "$tool" log show $log --all -x | cmp - one
ok $? "a log and its file show the same"
"$tool" log export - --file saved | cmp - kmsg
ok $? "and export the same"
"$tool" log export $log - --all --format dmesg | tr '\n\0' '\1\n' |
	awk 'length($0) > 2048 { bad = 1 } END { exit bad || NR != '"$nr"' }'
ok $? "for dmesg no record is too long"
check 0 '*' log export $log out --all --format json
json <out
ok $? "export of JSON"
[ ! -e /dev/full ] || check 3 '' log export $log /dev/full --all

"$tool" log info $log --json | json
ok $? "info is JSON"
"$tool" log list --json | json
ok $? "list is JSON"
check 0 '*' log info $log
"$tool" log list >out
awk -v log_name=$log -v nr="$nr" '$1 == log_name {
	found = $2 == "info" && $3 == "overwrite" && $4 == nr "/1024" &&
		$6 == nr && $7 == 0 && $8 == 0 && $9 == 0
	} END { exit !found }' out
ok $? "its row in the list"
check 0 '' log write $log to-be-dumped
check 0 '' log dump $log 1
dmesg | grep -q "$log: .*to-be-dumped"
ok $? "dump prints to the kernel log"

# who may
[ "$(stat -c '%a %u %g' /dev/lfvec/$log)" = "600 0 0" ]
ok $? "it is root's"
# Root of a namespace is nobody to files that are another's.
if unshare -U true 2>/dev/null && chown 1 /dev/lfvec/$log; then
	unshare -U "$tool" log show $log 2>err
	[ $? = 4 ] && has 'not permitted' err
	ok $? "nobody else may show it"
	unshare -U "$tool" log list >out 2>err
	[ $? = 4 ] && has 'may not be read' err && ! has $log out
	ok $? "nor list it"
fi
check 0 '' log drop $log
check 1 '' log drop $log
check 0 '' log create $log --mode 0640 --gid 5 --level emerg --dump 10
[ "$(stat -c '%a %u %g' /dev/lfvec/$log)" = "640 0 5" ]
ok $? "mode and group"
check 0 'emerg' log level $log
check 0 '' log drop $log
check 0 '' log create $log --policy keep --records 4 --bytes 8KiB --backlog 64KiB
seq 1 6 | "$tool" log write $log 2>err
[ $? = 3 ] && has 'is full' err
ok $? "a log that keeps the first is full"
texts '1 2 3 4'
check 0 '' log drop $log
check 0 '' log create $log --rate 3/1h --clock realtime
seq 1 6 | "$tool" log write $log 2>err
[ $? = 3 ] && has 'rate limit' err
ok $? "a rate limit"
texts '1 2 3'
texts '1 2 3' --since -1m --until $(($(date '+%s') + 1))
check 0 '' log drop $log

# followed
check 0 '' log create $log --records 8 --bytes 8KiB
check 0 '' log write $log before
"$tool" log follow $log >out &
pid=$!
until_true has before out && until_true followed $log
ok $? "follow shows what is there"
check 0 '' log write $log after
until_true has after out
ok $? "a write wakes it"
kill -INT $pid
ended $pid
ok $? "an interrupt ends it"

"$tool" log show -f $log --json >out &
pid=$!
until_true has '"text":"after"' out
ok $? "show -f"
kill -STOP $pid
seq 1 100 | "$tool" log write $log
kill -CONT $pid
until_true has '"text":"100"' out
ok $? "a follower that was overrun goes on"
kill -INT $pid
ended $pid
awk -F '[:,}]' -v last=-1 '/"lost"/ { lost += $2 } /"seq"/ { seen++; bad += $2 <= last; last = $2 }
	END { exit lost < 1 || bad || seen + lost != 102 }' out && json <out
ok $? "it knows how many it lost"
echo "# seen $(grep -c seq out), $(grep lost out)"

"$tool" log follow $log -n 1 >out &
pid=$!
until_true has 100 out && until_true followed $log
ok $? "follow --lines 1"
check 0 '' log drop $log
ended $pid && [ "$(tail -n 1 out)" = '-- the log is gone --' ]
ok $? "it ends with its log"

check 0 '' log create $log
check 0 '' log write $log line
# shellcheck disable=SC2016
timeout -s KILL 20 sh -c '"$0" log follow "$1" | head -n 1' "$tool" $log >out &&
	[ "$(wc -l <out)" = 1 ]
ok $? "it ends with who reads it"
timeout -s KILL 20 "$tool" log follow $log --until +1s >out && has line out
ok $? "until then, and not longer"
timeout -s KILL 20 "$tool" log follow $log -n 0 --until +100ms >out && [ ! -s out ]
ok $? "only what comes until then"
timeout -s KILL 20 "$tool" log follow $log --until -1h >out && [ ! -s out ]
ok $? "until long ago"

# --- for collectors, and from where they were -------------------------------

# place N: that of the Nth record of $log
place()
{
	"$tool" log show $log --all --json | sed -nE "$1"'s/.*"seq":([0-9]+),"time_ns":([0-9]+),.*/\1@\2/p'
}

"$tool" log drop $log
check 0 '' log create $log --records 8
for word in one two three four; do
	"$tool" log write $log --level err $word
done
first=$(place 1)
fourth=$(place 4)
texts 'two three four' --after "$first"
texts '' --after "$fourth"
# another log's: of a time or a number that this one never had
texts 'one two three four' --after "${first}0"
texts 'one two three four' --after "9$first"
boot=$(cat /proc/sys/kernel/random/boot_id)
"$tool" log show $log --all --format syslog >out
[ "$(grep -cE "^<11>1 [0-9T:.+-]+ [^ ]+ $log - - - @cee: \\{\"log\":\"$log\",\"boot\":\"$boot\",\"seq\":[0-9]+,.*\\}\\}\$" out)" = 4 ] &&
	[ "$(cut -d ' ' -f 3 out | uniq)" = "$(hostname)" ]
ok $? "syslog: level, time, host, log, and JSON"
sed 's/^.*@cee: //' out | json
ok $? "which is JSON"
for word in 5 6 7 8 9 10 11; do
	"$tool" log write $log $word
done
texts 'four 5 6 7 8 9 10 11' --after "$first"
"$tool" log show $log --format syslog --after "$first" | head -n 1 >out
has "^<44>1 .*\"boot\":\"$boot\",\"lost\":2}\$" out
ok $? "what is lost since then, of 2 and 3"

finish
