#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# --dry-run: what it says, what it checks, and that nothing has changed.

tool=$(cd "$(dirname "$0")" && pwd)/lfvec
dir=/tmp/tooldry-$$
# shellcheck source=/dev/null
. "$(dirname "$0")/check.sh"

[ -e /dev/lfvec_stress ] || modprobe lfvec_stress 2>/dev/null
if ! "$tool" info >/dev/null 2>&1; then
	echo "1..0 # SKIP /dev/lfvec_stress is not to be had"
	exit 4
fi
mkdir -p $dir && cd $dir || exit 1
trap '"$tool" drop dry-vec; "$tool" log drop dry-log; rm -rf $dir' EXIT

# All that a command could change here
state()
{
	"$tool" stat --json
	for log in /dev/lfvec/*; do
		"$tool" log info "${log##*/}" --json | sed 's/"now_ns":[0-9]*//'
	done
	dmesg | grep dry-
	ls -l . /dev/lfvec
}

# dry EXIT ARGUMENT...: with --dry-run; if that is 0, it says what it would do
dry()
{
	want=$1
	shift
	state >/tmp/tooldry.before
	"$tool" "$@" --dry-run >/tmp/tooldry.out 2>/tmp/tooldry.err </dev/null
	code=$?
	state >/tmp/tooldry.after
	[ $code = "$want" ] && cmp /tmp/tooldry.before /tmp/tooldry.after &&
		{ [ $code != 0 ] || grep -q '^would ' /tmp/tooldry.out; } &&
		{ [ $code = 0 ] || grep -q '^lfvec: ' /tmp/tooldry.err; }
	ok $? "lfvec $* --dry-run" || {
		echo "# exit $code, expected $want"
		diff /tmp/tooldry.before /tmp/tooldry.after | sed 's/^/# /'
		sed 's/^/# /' /tmp/tooldry.out /tmp/tooldry.err
	}
}

"$tool" create dry-vec --max 8 >/dev/null && "$tool" push dry-vec 1 2 3 >/dev/null
"$tool" log create dry-log --level debug && "$tool" log write dry-log text
echo "TAP version 13"
dry 0 run --ops 1G
dry 0 run --ops 1k --history file
dry 0 run --cost-only
dry 2 run --ops 1x
dry 2 run --max 17M
dry 2 run --form overwrite --max 3
dry 2 run --history file --stamps clock --contexts nmi
dry 4 run --impl published --mix push=50,store=50
dry 4 run --impl all --contexts nmi
dry 4 run --form append-only
dry 1 run --history /nowhere/to/be/found
dry 0 drive --ops 1M
dry 2 drive --mix truncate=100
dry 0 create dry-new --esize 16 --form overwrite --max 64
dry 1 create dry-vec
dry 2 create a/b
dry 2 create 'a b'
dry 2 create dry-new --esize 4097
dry 2 create dry-new --form overwrite --max 65
dry 2 create dry-new --spare 17M
dry 0 drop dry-vec
dry 1 drop dry-new
dry 0 push dry-vec 4 5 --together
dry 2 push dry-vec four
dry 2 push dry-vec --hex 0
dry 1 push dry-new 1
dry 0 pop dry-vec 2
dry 2 pop dry-vec 0
for command in store xchg; do
	dry 0 $command dry-vec 1 9
	dry 1 $command dry-vec 3 9
done
dry 0 cmpxchg dry-vec 1 2 9
dry 1 cmpxchg dry-vec 3 2 9
dry 0 truncate dry-vec 1
dry 0 clear dry-vec
dry 0 shrink dry-vec
dry 0 reserve dry-vec 5
dry 2 reserve dry-vec some
"$tool" create dry-grow --form append-only >/dev/null && "$tool" push dry-grow 1 >/dev/null
dry 0 push dry-grow 2
dry 1 pop dry-grow
dry 1 store dry-grow 0 2
dry 1 truncate dry-grow 0
"$tool" drop dry-grow
dry 0 storm dry-log
dry 0 storm dry-new --keep
dry 2 storm dry-new --min 5 --max 4
dry 2 storm dry-new --bytes 1
dry 0 bench --json file
dry 2 bench --peer nobody
dry 2 bench --esize 4096 --elems 16M
dry 1 bench --json /nowhere/bench
dry 0 logcost
dry 0 log export dry-log file
dry 1 log export dry-log /nowhere/file
dry 0 log level dry-log err
dry 2 log level dry-log loud
dry 0 log clear dry-log
dry 0 log dump dry-log
dry 2 log dump dry-log 1001
dry 0 log write dry-log words
dry 0 log write dry-log
dry 2 log write dry-log "$(printf %4096s x)"
dry 0 log create dry-new --bytes 64KiB --rate 3/1s
dry 1 log create dry-log
dry 2 log create 'a b'
dry 2 log create dry-new --bytes 1
dry 2 log create dry-new --records 16M
dry 0 log drop dry-log
dry 1 log drop dry-new
[ "$("$tool" size dry-vec)" = 3 ] && [ "$("$tool" log show dry-log | wc -l)" = 1 ]
ok $? "all is there"
rm -f /tmp/tooldry.*
finish
