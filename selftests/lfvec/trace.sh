#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Tracepoints: each is brought about, and must say what really happened; and with all of
# them on, nothing is lost. Documentation/tracing.rst says what they are.

here=$(cd "$(dirname "$0")" && pwd)
tool=$here/lfvec
# shellcheck source=/dev/null
. "$here/check.sh"

[ -e /dev/lfvec_stress ] || modprobe lfvec_stress 2>/dev/null
if [ "$(id -u)" != 0 ] || ! "$tool" info >/dev/null 2>&1; then
	echo "1..0 # SKIP /dev/lfvec_stress is not to be had"
	exit 4
fi
if ! dir=$(tracefs) || [ ! -d "$dir/events/lfvec" ]; then
	echo "1..0 # SKIP no tracefs, or no trace events of modules"
	exit 4
fi

# A buffer of our own, so that nobody else's is disturbed. It is made without the names
# of tasks, which would take a probe of the scheduler that comes and goes with the events:
# QEMU without KVM does not always survive that code is changed which other CPUs run.
trace=$dir/instances/lfvec-$$
out=/tmp/trace-$$
names=$(cat "$dir/options/record-cmd")
echo 0 >"$dir/options/record-cmd"
mkdir "$trace"
made=$?
echo "$names" >"$dir/options/record-cmd"
[ $made = 0 ] && mkdir $out || exit 1

clean_up()
{
	echo 0 >"$trace/events/enable"
	rmdir "$trace"
	rm -rf $out
}
trap clean_up EXIT

switch()
{
	echo "$1" >"$trace/events/lfvec/enable"
	echo "$1" >"$trace/events/lfvec_log/enable"
}

# traced COMMAND...: with all events on; what they say is in $out/trace
traced()
{
	echo >"$trace/trace"
	switch 1
	"$@"
	status=$?
	switch 0
	grep -v '^#' "$trace/trace" >$out/trace
	return $status
}

# seen EVENT: its fields, as lines of "NAME=VALUE NAME=VALUE"
seen()
{
	sed -n "s/.* $1: //p" $out/trace
}

# each EVENT CONDITION: there are some, and that is true of all; in awk, f[] are fields,
# nr is which it is, from 0 on, and two(n) is a power of 2
each()
{
	seen "$1" | awk '
	function two(n) {
		return n > 0 ? 2 * two(n - 1) : 1
	}
	{
		for (i = 1; i <= NF; i++) {
			split($i, part, "=")
			f[part[1]] = part[2]
		}
		nr = NR - 1
		if (!('"$2"')) {
			print "# not so: " $0
			bad = 1
		}
	}
	END { exit bad || !NR }'
}

# sum EVENT FIELD
sum()
{
	seen "$1" | sed -n "s/.*$2=\([0-9]*\).*/\1/p" |
		awk '{ sum += $1 } END { print sum + 0 }'
}

counter()
{
	"$tool" stat traced --json | sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p"
}

echo "TAP version 13"

"$tool" run --threads 4 --ops 20k --quiet >$out/run && ! grep -qv '^#' "$trace/trace"
ok $? "off, there are none"

# --- buckets --------------------------------------------------------------

# how large a slot is: a pointer, as the vector's own
slot=$(sed -n 's/.*\* *vec;.*size:\([0-9]*\);.*/\1/p' \
	"$dir/events/lfvec/lfvec_grow/format")

# 192 elements; one for a start
grow()
{
	"$tool" create traced --first 1 >/dev/null || return
	for _ in 1 2 3; do
		# shellcheck disable=SC2046	# each is a value of its own
		"$tool" push traced $(seq 64) >/dev/null || return
	done
}

traced grow && each lfvec_grow 'f["bucket"] == nr && f["bytes"] == '"$slot"' * two(nr) &&
				f["capacity"] >= two(nr + 1) - 1'
ok $? "lfvec_grow: each bucket, in order"
[ "$(seen lfvec_grow | sed 's/ .*//' | sort -u | wc -l)" = 1 ]
ok $? "all of one vector"

shrink()
{
	"$tool" clear traced >/dev/null && "$tool" shrink traced >$out/freed
}

echo stacktrace >"$trace/events/lfvec/lfvec_grow/trigger"
"$tool" drop traced
traced grow && grep -q '=> .*lfvec_' $out/trace
ok $? "and who got it, by a trigger"
echo '!stacktrace' >"$trace/events/lfvec/lfvec_grow/trigger"

before=$(counter capacity)
traced shrink && each lfvec_shrink "f[\"bytes\"] >= $slot * two(f[\"bucket\"]) &&
				    f[\"capacity\"] < $before"
ok $? "lfvec_shrink: buckets that are not needed"
[ "$(sum lfvec_shrink bytes)" -le "$(sed 's/[^0-9].*//' $out/freed)" ]
ok $? "no more than lfvec_shrink() says" || cat $out/freed
"$tool" drop traced

# --- drops ----------------------------------------------------------------

# In one step and without memory, which takes more nodes than there are.
drop()
{
	"$tool" create traced --spare 1 >/dev/null
	# shellcheck disable=SC2046	# each is a value of its own
	! "$tool" push traced --nowait --together $(seq 64) 2>/dev/null
}

traced drop && each lfvec_drop 'f["nr"] == 64 && f["err"] == -12' &&
	[ "$(sum lfvec_drop nr)" = "$(counter dropped)" ]
ok $? "lfvec_drop: what was dropped, and why"
"$tool" drop traced

# --- filters --------------------------------------------------------------

echo 'bucket >= 6' >"$trace/events/lfvec/lfvec_grow/filter"
traced grow && each lfvec_grow 'f["bucket"] == nr + 6'
ok $? "only what a filter lets through"
echo 0 >"$trace/events/lfvec/lfvec_grow/filter"
"$tool" drop traced

# --- races ----------------------------------------------------------------

contexts=task,softirq,hardirq,nmi
"$tool" run --contexts $contexts --ops 1 --quiet >/dev/null 2>&1 ||
	contexts=task,softirq,hardirq
echo 16384 >"$trace/buffer_size_kb"

# Nobody pauses after a lost race, and batches take long, so that more are lost.
race()
{
	old=$(cat /sys/module/lfvec/parameters/backoff_max)
	echo 0 >/sys/module/lfvec/parameters/backoff_max
	"$tool" run --threads 8 --contexts $contexts --duration 2s --first 1 --json \
		--mix push=30,pop=20,xchg=10,push_many=20,pop_many=20 --batch 64 \
		>$out/run
	status=$?
	echo "$old" >/sys/module/lfvec/parameters/backoff_max
	return $status
}

# Until a race was lost often enough to be told of.
races()
{
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		traced race || return
		! seen lfvec_retry | grep -q . || return 0
	done
}

raced()
{
	sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" $out/run
}

lost_events()
{
	cat "$trace"/per_cpu/cpu*/stats |
		awk '/^(overrun|commit overrun|dropped events)/ { sum += $NF }
		     END { print sum + 0 }'
}

races
ok $? "with all events on, nothing is lost or duplicated"
helped=$(seen lfvec_help | wc -l)
echo "# $(raced retries) races lost, $(seen lfvec_retry | wc -l) of them told;" \
     "$(raced helped) writes helped, $helped of them told;" \
     "$(grep -c '\] ..[zZ]' $out/trace) events in NMI; $(lost_events) events lost"
each lfvec_help 'f["index"] ~ /^[0-9]+$/'
ok $? "lfvec_help: writes that were completed for others"
[ "$helped" -le "$(raced helped)" ] &&
	[ $((helped + $(lost_events))) -ge "$(raced helped)" ]
ok $? "each of them"
if seen lfvec_retry | grep -q .; then
	each lfvec_retry 'f["lost"] ~ /^(4|8|16|32|64|128|256|512|1024|2048|4096)$/'
	ok $? "lfvec_retry: 4, 8, 16... races lost"
	[ "$(seen lfvec_help | sed 's/ .*//' | sort -u)" = \
	  "$(seen lfvec_retry | sed 's/ .*//' | sort -u)" ]
	ok $? "of the same vector"
else
	# as on a machine whose CPUs are busy with something else
	ok 0 "lfvec_retry # SKIP nobody lost so many races"
fi
echo 64 >"$trace/buffer_size_kb"

# --- logs -----------------------------------------------------------------

# lines NAME N: so many records
lines()
{
	for i in $(seq "$2"); do
		echo "<3>line $i" >"/dev/lfvec/$1"
	done 2>/dev/null
	true
}

# of CREATE_OPTION...: a log, and 10 lines for it
log()
{
	"$tool" log create traced "$@" >/dev/null && lines traced 10
}

traced log --policy keep --records 4 &&
	each lfvec_log_drop 'f["log"] == "traced" && f["why"] == "full" &&
			     f["count"] == nr + 1' &&
	[ "$(seen lfvec_log_drop | wc -l)" = 6 ]
ok $? "lfvec_log_drop: a log that is full"
"$tool" log drop traced

traced log --rate 3/1h &&
	each lfvec_log_drop 'f["log"] == "traced" && f["why"] == "rate" &&
			     f["count"] == nr + 1' &&
	[ "$(seen lfvec_log_drop | wc -l)" = 7 ]
ok $? "lfvec_log_drop: a log with a rate limit"
"$tool" log drop traced

# A reader at the beginning, and more lines than there is room for.
overrun()
{
	exec 3</dev/lfvec/traced
	lines traced 10
	! dd bs=8192 count=1 <&3 >/dev/null 2>&1
	dd bs=8192 count=1 <&3 2>/dev/null | head -n 1 >$out/line
	exec 3<&-
}

"$tool" log create traced --records 4 >/dev/null
traced overrun && each lfvec_log_overrun 'f["log"] == "traced" && f["seq"] == 0 &&
					  f["lost"] == 6' &&
	grep -q '^[0-9]*,6,.*line 7$' $out/line
ok $? "lfvec_log_overrun: a reader that is too slow"
"$tool" log drop traced

# --- modules --------------------------------------------------------------

reload()
{
	rmmod lfvec_stress && rmmod lfvec_log && rmmod lfvec && modprobe lfvec_stress
}

traced reload
ok $? "modules go and come while events are on"
traced grow && each lfvec_grow 'f["bucket"] == nr'
ok $? "and then there are events again"
"$tool" drop traced

finish
