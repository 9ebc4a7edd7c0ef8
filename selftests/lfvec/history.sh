#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Histories of runs of all kinds, and whether there is an order that explains each.
# LFVEC_HISTORY_ROUNDS times all of them, each with LFVEC_HISTORY_OPS operations.

tool=$(dirname "$0")/lfvec
rounds=${LFVEC_HISTORY_ROUNDS:-1}
ops=${LFVEC_HISTORY_OPS:-10k}
file=/tmp/history-$$
# shellcheck source=/dev/null
. "$(dirname "$0")/check.sh"

[ -e /dev/lfvec_stress ] || modprobe lfvec_stress 2>/dev/null
if ! "$tool" info >/dev/null 2>&1; then
	echo "1..0 # SKIP /dev/lfvec_stress is not to be had"
	exit 4
fi

everywhere=task,softirq,hardirq,nmi
"$tool" run --contexts $everywhere --ops 1 --quiet >/dev/null 2>&1 ||
	everywhere=task,softirq,hardirq
all=push=24,pop=18,load=10,xchg=8,cmpxchg=8,push_many=5,pop_many=5,truncate=2,peek=8,store=8,size=2,oldest=2

# OPTION...
runs()
{
	cat <<-TXT
	--mix push=50,pop=50
	--mix push=50,pop=50 --first 1 --jitter
	--mix $all
	--mix $all --first 1 --jitter --bind
	--mix $all --values unique
	--mix $all --stamps clock
	--mix $all --stamps clock --threads 12 --jitter
	--mix $all --max 8 --fill 4
	--mix $all --values 3 --esize 1 --gfp atomic
	--mix $all --shrink 10ms --gfp stock --spare 2000
	--mix $all --contexts task,softirq,hardirq
	--mix $all --contexts $everywhere --values 3
	--mix push=10,pop=10,push_many=40,pop_many=40 --batch 64 --esize 64
	--mix push=5,pop=5,xchg=30,store=30,load=15,peek=15 --fill 4
	--mix $all --form overwrite --max 16
	--mix $all --form overwrite --max 2 --batch 2 --jitter
	--mix push=50,load=40,peek=4,size=4,oldest=2 --form append-only
	--mix push=50,load=40,peek=4,size=4,oldest=2 --form overwrite,append-only --max 16 --jitter
	--mix push=50,pop=30,load=20 --impl spinlock
	TXT
}

# One history, recorded and checked; in all, how many records and overlaps.
histories=0
operations=0
overlaps=0
history()
{
	"$tool" run --threads 8 --values 2 --quiet --history "$file" --ops "$ops" \
		"$@" >/tmp/history.out 2>&1 &&
		"$tool" check "$file" >>/tmp/history.out 2>&1
	ok $? "history $*" || sed 's/^/# /' /tmp/history.out
	histories=$((histories + 1))
	operations=$((operations + $(counted operations)))
	overlaps=$((overlaps + $(counted overlap)))
}

# counted WHAT: the number before it, in the checker's line
counted()
{
	sed -n "/^\/tmp/s/.* \([0-9]*\) $1,.*/\1/p" /tmp/history.out | grep . || echo 0
}

# The published vector loses values where they repeat, which is to be found sooner or
# later.
published_fails()
{
	for seed in 1 2 3 4 5 6 7 8 9; do
		"$tool" run --impl published --threads 8 --values 2 --jitter --quiet \
			--history "$file" --ops "$ops" --seed $seed >/dev/null
		"$tool" check --quiet "$file" && continue
		return 0
	done
	return 1
}

echo "TAP version 13"
start=$(date +%s)
round=1
while [ "$round" -le "$rounds" ]; do
	runs >/tmp/history.runs
	while read -r options; do
		# shellcheck disable=SC2086
		history --seed $round $options
	done </tmp/history.runs
	round=$((round + 1))
done

"$tool" check --quiet --mutate 10 "$file" | sed 's/^/# /'
"$tool" check --quiet --mutate 10 "$file" >/dev/null
ok $? "spoilt histories are rejected"
# It does not where nothing comes between two steps; and there is none on i386.
if "$tool" run --impl published --ops 1 --quiet 2>&1 | grep -q 'does not have it'; then
	ok 0 "# SKIP no published vector on this processor"
elif [ "$(nproc)" -gt 1 ] || uname -v | grep -q PREEMPT; then
	published_fails >/tmp/history.out
	ok $? "a history of the published vector is rejected"
	sed 's/^/# /' /tmp/history.out
fi
echo "# $histories histories, $operations operations, $overlaps of them overlap, $(($(date +%s) - start)) s"
rm -f "$file" /tmp/history.out /tmp/history.runs
finish
