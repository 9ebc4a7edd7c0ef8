#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# lfvec top and lfvec hist: what they show is what happens. toolscreen has top on a
# terminal.

tool=$(cd "$(dirname "$0")" && pwd)/lfvec
dir=/tmp/toolwatch-$$
# shellcheck source=/dev/null
. "$(dirname "$0")/check.sh"

[ -e /dev/lfvec_stress ] || modprobe lfvec_stress 2>/dev/null
if ! "$tool" info >/dev/null 2>&1; then
	echo "1..0 # SKIP /dev/lfvec_stress is not to be had"
	exit 4
fi
mkdir -p $dir && cd $dir || exit 1
trap 'rm -rf $dir' EXIT

has()
{
	grep -q -e "$1" "$2"
}

# column VECTOR|LOG HEADING FILE: of the last row of "watched" there
column()
{
	awk -v kind="$1" -v heading="$2" '
		$1 == "VECTOR" || $1 == "LOG" {
			for (i = 1; i <= NF; i++)
				if ($i == heading)
					at = i
			inside = $1 == kind
		}
		inside && $1 == "watched" { value = $at }
		END { print value }' "$3"
}

echo "TAP version 13"
check 2 '' top extra
check 2 '' top -d 0
check 2 '' top -d 2h
check 2 '' top -n many
"$tool" create watched >/dev/null
"$tool" log create watched
check 0 '*' top -n 1 -d 0.05
"$tool" top -n 3 -d 0.1 >out
[ "$(grep -c '^lfvec top, ' out)" = 3 ]
ok $? "top -n 3 looks three times"
! tr -d '\n' <out | LC_ALL=C grep -q '[[:cntrl:]]'
ok $? "nothing in it steers a terminal"
[ "$(column VECTOR PUSH/s out)" = 0 ] && [ "$(column LOG WRITE/s out)" = 0 ]
ok $? "nothing happens" || sed 's/^/# /' out

# Between two looks: so much is pushed, popped and written.
"$tool" top -n 1 -d 4 >out &
sleep 1
"$tool" push watched 1 2 3 4 5 6 >/dev/null
"$tool" pop watched 2 >/dev/null
"$tool" log write watched one
"$tool" log write watched two
wait
echo "$(column VECTOR PUSH/s out) $(column VECTOR POP/s out)" >rates
# 6 and 2 in 4 s or a bit more
awk '{ exit !($1 >= 1.1 && $1 <= 1.5 && $2 >= 0.3 && $2 <= 0.5) }' rates
ok $? "pushes and pops a second" || sed 's/^/# /' out
[ "$(column VECTOR SIZE out)" = 4 ] && [ "$(column LOG RECORDS out)" = 2 ]
ok $? "what they hold"

# Of drive's vector, and of a storm that leaves time to look at it
"$tool" drive --procs 1 --duration 1h --quiet >/dev/null 2>&1 &
drive=$!
"$tool" storm watched --threads 1 --pause 2000 --duration 1h >/dev/null 2>&1 &
storm=$!
sleep 1
"$tool" top -n 4 -d 0.3 >out
kill -INT $drive $storm
wait $drive $storm
awk '/^pushes, pops and stores a second/ { inside = 1 } inside && /[|].*#/ { found++ }
	END { exit found < 2 }' out
ok $? "a histogram of operations" || sed 's/^/# /' out
awk '/^records written a second/ { inside = 1 } inside && /[|].*#/ { found++ }
	END { exit found < 2 }' out
ok $? "and of records" || sed 's/^/# /' out
awk '$1 == "watched" && NF > 10 && $5 > 0 { found = 1 } END { exit !found }' out
ok $? "records a second"
tail -n 30 out | sed 's/^/# /'

# What has gone is shown no more.
"$tool" top -n 3 -d 2 >out &
sleep 3
"$tool" drop watched && "$tool" log drop watched
wait
awk '/^lfvec top, / { looks++ } $1 == "watched" { seen[looks]++ }
	END { exit looks != 3 || seen[1] != 2 || seen[3] }' out
ok $? "gone vectors and logs" || sed 's/^/# /' out

"$tool" top -d 100 >out 2>&1 &
pid=$!
sleep 1
kill -INT $pid
wait $pid
ok $? "an interrupt ends it"

# --- hist -------------------------------------------------------------------

check 2 '' hist
check 2 '' hist nowhere
check 2 '' hist a b
echo '{}' >empty
check 1 '' hist empty
for text in '"latency":{"histogram":[[3,4]' '"latency":{"histogram":[3]}' \
	    '"latency":{"histogram":[[9,1],[4,1]]}' '"hist_log2_ns":[1,2' \
	    '"latency":{"histogram":[[18446744073709551615,1]]}' '"hist_log2_ns":1'; do
	echo "$text" >bad
	check 2 '' hist bad
done
"$tool" bench --peer lfvec,spinlock --work push-pop --threads 1 --ops 2k --rounds 2 \
	--latency --json bench >/dev/null
check 0 '*' hist bench
"$tool" hist bench >out
[ "$(grep -c '^lfvec, push-pop, 1 thr' out)" = 1 ] && has '^spinlock, push-pop' out
ok $? "a histogram of each"
awk '/^lfvec,/ { inside = 1 } /^spinlock,/ { inside = 0 } inside && $1 == "<" { sum += $3 }
	END { exit sum < 4000 }' out
ok $? "of all operations" || sed 's/^/# /' out
sed -n 1,40p out | sed 's/^/# /'
[ "$(awk '$1 == "<" { last = $4 } /longest/ { bad += last != "100.0000" } END { print bad + 0 }' out)" = 0 ]
ok $? "which end with all"
check 1 '' hist bench --only nothing-of-that
"$tool" hist bench --only spinlock >out
! has '^lfvec,' out && has '^spinlock,' out
ok $? "only some"
"$tool" run --ops 50k --impl spinlock --json | "$tool" hist - >out
has '^spinlock, one in 16 operations of a run' out && has '100.0000 %' out
ok $? "of a run"
check 2 '' hist bench --plot out.txt
check 2 '' hist bench --plot "a'b.svg"
check 0 '*' hist bench --plot out.gp
has 'plot .h0 .*, .h1 ' out.gp && has '^END' out.gp
ok $? "gnuplot's script"
if ! command -v gnuplot >/dev/null; then
	"$tool" hist bench --plot out.svg >/dev/null 2>err
	[ $? = 4 ] && has 'gnuplot' err
	ok $? "without gnuplot"
fi
finish
