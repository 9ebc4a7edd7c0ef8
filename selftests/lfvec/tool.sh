#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The tool at a prompt: what it prints, and its exit codes.

tool=$(dirname "$0")/lfvec
name=tool-$$
# shellcheck source=/dev/null
. "$(dirname "$0")/check.sh"

[ -e /dev/lfvec_stress ] || modprobe lfvec_stress 2>/dev/null
if ! "$tool" info >/dev/null 2>&1; then
	echo "1..0 # SKIP /dev/lfvec_stress is not to be had"
	exit 4
fi

echo "TAP version 13"
check 0 '*' --help
check 2 '*'
check 2 '*' nonsense
for command in run drive info stat create drop push pop load peek store xchg \
	       cmpxchg truncate clear size reserve oldest shrink storm logcost bench check; do
	check 0 '*' $command --help
	check 2 '*' $command --nonsense
done
check 2 '' run --ops 1x
check 2 '' run --ops -1
check 2 '' run --ops 99999999999999999999
check 2 '' run --mix push=50
check 2 '' run --mix push=50,pip=50
check 2 '' run --mix push=101
check 2 '' run --first 3
check 2 '' run --esize 0
check 2 '' run --values unique --esize 4
check 2 '' run --impl unknown
check 2 '' run extra
check 2 '' drive --mix push=50,pop=49,truncate=1
check 4 '' run --impl published --esize 16 --ops 10 --quiet

check 0 '*' create $name --esize 4 --first 2 --max 6
check 1 '' create $name
check 2 '' create $name --esize 0
check 0 0 size $name
check 1 '' pop $name
check 1 '' peek $name
check 1 '' load $name 0
check 0 0 push $name 7
check 0 "1
2" push $name 8 0x9
check 0 3 push $name --together 10 11
check 3 '' push $name --together 12 13
check 0 5 push $name 12
check 3 '' push $name 13
check 2 '' push $name 4294967296
check 2 '' push $name 1 x
check 0 6 size $name
check 0 12 peek $name
check 0 9 load $name 2
check 0 '' store $name 2 99
check 0 99 xchg $name 2 100
check 0 '' cmpxchg $name 2 100 101
check 1 7 cmpxchg $name 0 8 9
check 0 "11
12" pop $name 2
check 0 3 truncate $name 1
check 0 '' reserve $name 5
check 3 '' reserve $name 6
check 0 1 push $name --string abc
check 0 abc load $name 1 --string
check 0 61626300 load $name 1 --hex
check 0 2 push $name --hex 0102
check 0 513 peek $name
check 2 '' push $name --hex 012
check 2 '' push $name --string abcde
check 0 '*' stat $name
check 0 '*' stat
check 0 '*' stat --json
check 0 3 clear $name
check 0 '' drop $name
check 1 '' drop $name
check 1 '' size $name

check 2 '' create $name --form nonsense
check 2 '' create $name --form overwrite --max 3
check 0 '*' create $name --form overwrite --max 4 --spare 10 --backlog 1k
check 0 "0
1
2
3
4
5" push $name 1 2 3 4 5 6
check 0 2 oldest $name
check 1 '' load $name 1
check 0 3 load $name 2
check 0 "4
5
6" pop $name 3
check 0 '*' shrink $name
check 0 3 xchg $name 2 7
check 0 '' drop $name
check 0 '*' create $name --form append-only
check 0 0 push $name 1
check 1 '' pop $name
check 1 '' store $name 0 2
check 0 '' drop $name

check 2 '' run --contexts task,hypervisor
check 2 '' run --gfp none
check 2 '' run --limit 3x
check 0 '*' run --ops 20k --contexts softirq,hardirq --gfp atomic --shrink 10ms
check 0 '*' run --ops 20k --form overwrite --max 16 --json
check 1 '*' run --ops 20k --limit 1KiB
check 0 '*' run --ops 20k --limit 64MiB --fill 100 --spare 100 --backlog 10k
check 0 '*' run --ops 20k --json
check 0 '*' run --ops 20k --values unique --threads 3 --bind
check 0 '*' run --duration 200ms --esize 64 --progress
check 0 '*' run --cost-only --cost 1000
check 0 '*' drive --procs 3 --ops 3k --json
check 0 '*' drive --procs 2 --ops 2k --values unique \
	--mix push=20,pop=20,load=10,xchg=15,cmpxchg=15,push_many=10,pop_many=10

history=/tmp/tool.history
check 2 '' run --history $history --impl all
check 2 '' run --round 3
check 2 '' run --stamps clock
check 2 '' run --history $history --stamps sundial
check 2 '' run --history $history --stamps clock --contexts nmi --quiet
check 3 '' run --history /nowhere/to/be/found --ops 10 --quiet
check 2 '' drive --mix push=50,pop=49,peek=1
check 0 '*' run --ops 5k --history $history --round 100 --quiet
check 0 '*' check $history
check 0 '' check --quiet $history
check 0 '*' check --mutate 5 --seed 3 --memory 16MiB $history
check 0 '*' run --ops 5k --history $history --stamps clock --json \
	--mix push=40,pop=20,peek=10,store=10,size=10,oldest=10
check 0 '' check --quiet $history
check 0 '*' run --ops 100k --history $history --threads 3 --contexts softirq \
	--duration 300ms --quiet
check 0 '' check --quiet $history
check 2 '' check
check 2 '' check --memory 1 $history
check 2 '' check $history.none
echo nonsense >$history
check 2 '*' check $history
cat >$history <<'END'
history 1 form=general max=8 esize=8 initial=7
0 pop = 7 @ 1 2
1 size = 1 @ 3 4
END
check 1 '*' check $history
rm -f $history

check 2 '' storm
check 2 '' storm $name more
check 2 '' storm $name --min 5 --max 4
check 2 '' storm $name --max 5001
check 2 '' storm $name --threads 0
check 2 '' storm a/b --count 1
check 0 '*' storm $name --count 2k --readers 3
check 0 '*' storm $name --count 2k --records 16 --bytes 64KiB --keep --stay
check 0 '*' storm $name --count 2k --readers 2 --json
check 0 '' log drop $name
check 1 '' log drop $name
check 2 '' bench --peer nobody
check 2 '' bench --work idle
check 2 '' bench --threads 0
check 2 '' bench --threads 65
check 2 '' bench --threads 1,
check 2 '' bench --elems 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17
check 2 '' bench --ops 17M
check 2 '' bench --rounds 102
check 2 '' bench --memory hot
check 2 '' bench --unit cycles
check 2 '*' bench --work push --threads 2 --elems 1
check 1 '' bench --json /nowhere/bench
bench=/tmp/tool.bench
check 0 '*' bench --peer all --work push-pop,line,mix-30-20-20-30 --threads 1,3 \
	--elems 100,1k --ops 1k --rounds 2 --latency --memory warm,cold --json $bench
[ "$(grep -c '^{"peer":.*"latency":{"p50":.*}\},*$' $bench)" -gt 50 ]
ok $? "bench: one result a line"
check 2 '' logcost --ops 0
check 2 '' logcost --ops 400001
check 0 '*' logcost --ops 1k
check 0 '*' logcost --ops 1k --json

# The same seed lets each thread do the same: alone, the counts are the same.
one=$("$tool" run --threads 1 --ops 10k --seed 5 --quiet | sed 's/ in .*//')
two=$("$tool" run --threads 1 --ops 10k --seed 5 --quiet | sed 's/ in .*//')
[ -n "$one" ] && [ "$one" = "$two" ]
ok $? "same seed, same run"

# A run that is interrupted still gives its verdict.
"$tool" run --duration 1h --quiet >/tmp/tool.out 2>&1 &
pid=$!
sleep 1
kill -INT $pid
wait $pid
code=$?
[ $code -eq 0 ] && grep -q clean /tmp/tool.out
ok $? "interrupted run"
rm -f /tmp/tool.out
finish
