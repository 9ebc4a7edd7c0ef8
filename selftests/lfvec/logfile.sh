#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What lfvec log shows of a file whose records are known to the byte. Wants no
# module.

here=$(cd "$(dirname "$0")" && pwd)
tool=$here/lfvec
# shellcheck source=/dev/null
. "$here/check.sh"
dir=/tmp/logfile-$$
export TZ=UTC0

# --- a file as export --format binary writes it -----------------------------

# le BYTES NUMBER: in hexadecimal, least significant byte first
le()
{
	n=$1
	v=$2
	while [ "$n" -gt 0 ]; do
		printf %02x $((v & 255))
		v=$((v >> 8))
		n=$((n - 1))
	done
}

# padded BYTES TEXT
padded()
{
	hex=$(printf %s "$2" | od -A n -t x1 -v | tr -d ' \n')
	printf %s "$hex"
	le $(($1 - ${#hex} / 2)) 0
}

unhex()
{
	printf %b "$(tr -d '\n' | awk '{
		digits = "0123456789abcdef"
		for (i = 1; i < length($0); i += 2)
			printf "\\0%03o", index(digits, substr($0, i, 1)) * 16 - 17 + \
				index(digits, substr($0, i + 1, 1))
	}')"
}

# head_hex VERSION: 100 s of its clock are 2026-01-31 12:00:00 on the wall
head_hex()
{
	padded 8 lfveclog
	le 4 "$1"
	le 4 264
	le 8 1769860800000000000
	le 4 1; le 4 0; le 4 6; le 4 0
	padded 32 known
	for value in 1024 262144 1572864 0 8 0 0 8 0 0 0 0 0 0 1024 4096; do
		le 8 $value
	done
	le 4 1; le 4 0
	le 8 100000000000
	le 48 0
}

# record_hex SEQ MS LEVEL FACILITY CONTEXT CPU PID COMM FLAGS TYPE TEXT [FIELDS [LOST]]:
# TEXT and FIELDS in hexadecimal
record_hex()
{
	text_len=$((${#11} / 2))
	len=$((text_len + ${#12} / 2))
	size=$(((56 + len + 7) / 8 * 8))
	le 8 "${13:-0}"; le 4 $size; le 4 1
	le 8 "$1"; le 8 $(($2 * 1000000)); le 4 $size; le 4 "$7"
	le 2 "$6"; le 2 "${10}"; le 2 $len
	[ "$9" -lt 2 ] || text_len=0
	le 2 $text_len
	le 1 "$3"; le 1 "$4"; le 1 "$5"; le 1 "$9"; le 4 0
	padded 16 "$8"
	printf %s "${11}${12}"
	le $((size - 56 - len)) 0
}

hex()
{
	printf "%b" "$1" | od -A n -t x1 -v | tr -d ' \n'
}

known_hex()
{
	head_hex 1
	record_hex 0 10500 6 0 0 0 100 init 0 0 "$(hex 'hello world')"
	record_hex 1 20000 3 0 1 1 0 swapper/1 0 0 "$(hex 'Link down')" \
		"$(hex 'DEV=eth0\0000MTU=1500\0000')"
	record_hex 2 20000 7 0 2 2 7 kworker/2:1 2 9 000102fe
	record_hex 3 30250 4 0 3 3 200 stress 1 0 "$(hex 'was longer')"
	record_hex 6 40000 0 1 0 0 300 login 0 0 \
		"$(hex '\0033[31m\0302\0233 \0303\0251 \0377 "\\\n|\0342\0200\0256')" \
		"$(hex 'K=\0007\0000')" 2
	record_hex 7 90000 2 1 0 0 300 login 0 0 ''
}

# --- what is seen of it -----------------------------------------------------

# seqs EXPECTED ARGUMENT...: which records of the file are shown
seqs()
{
	want=$1
	shift
	got=$("$tool" log show --file known --json "$@" 2>/tmp/tool.err |
	      sed -n 's/^{"seq":\([0-9]*\),.*/\1/p' | tr '\n' ' ')
	[ "$got" = "${want:+$want }" ]
	ok $? "lfvec log show $*" ||
		echo "# shown: $got, expected: $want; $(cat /tmp/tool.err)"
}

mkdir -p $dir && cd $dir || exit 1
trap 'rm -rf $dir' EXIT

echo "TAP version 13"
check_checker
ok $? "the checker of JSON"
check 1 '' log show --file no-such-file
check 1 '' log show --file "$tool"

known_hex | unhex >known
ok $? "a file of known records"
check 0 '[   10.500000] hello world
[   20.000000] Link down DEV=eth0 MTU=1500
[   20.000000] type 9: 000102fe
[   30.250000] was longer [cut]
-- 2 records lost --
[   40.000000] \x1b[31m\xc2\x9b é \xff "\\x0a|\xe2\x80\xae K=\x07
[   90.000000] ' log show --file known
check 0 '[   10.500000] 0 kern:info    cpu0 task    init[100]: hello world
[   20.000000] 1 kern:err     cpu1 softirq swapper/1[0]: Link down DEV=eth0 MTU=1500
[   20.000000] 2 kern:debug   cpu2 hardirq kworker/2:1[7]: type 9: 000102fe
[   30.250000] 3 kern:warning cpu3 nmi     stress[200]: was longer [cut]
-- 2 records lost --' \
	log show --file known --details --facility kernel --until 31
check 0 '2026-01-31 11:58:30.500000 hello world
-- 2 records lost --' \
	log show --file known --time local --pid 100
check 0 '2026-01-31T11:58:30.500000+00:00 hello world
-- 2 records lost --' \
	log show --file known --time iso --pid 100
check 0 '[  -89.500000] hello world
-- 2 records lost --' \
	log show --file known --time relative --pid 100
check 0 '[   10.500000 <    0.000000>] hello world
[   20.000000 <    9.500000>] Link down DEV=eth0 MTU=1500
[   20.000000 <    0.000000>] type 9: 000102fe
-- 2 records lost --' \
	log show --file known --time delta --until 20
e=$(printf '\033')
check 0 "${e}[32m[   20.000000]${e}[0m ${e}[31mLink down${e}[0m${e}[2m DEV=eth0 MTU=1500${e}[0m
${e}[2m-- 2 records lost --${e}[0m" \
	log show --file known --color always --cpu 1
check 0 '[   20.000000] Link down DEV=eth0 MTU=1500
-- 2 records lost --' log show --file known --cpu 1
check 0 '{"seq":1,"time_ns":20000000000,"time":"2026-01-31T11:58:40.000000+00:00","level":3,"level_name":"err","facility":0,"cpu":1,"context":"softirq","pid":0,"comm":"swapper/1","flags":[],"text":"Link down","fields":{"DEV":"eth0","MTU":"1500"}}
{"seq":2,"time_ns":20000000000,"time":"2026-01-31T11:58:40.000000+00:00","level":7,"level_name":"debug","facility":0,"cpu":2,"context":"hardirq","pid":7,"comm":"kworker/2:1","flags":["binary"],"type":9,"data":"000102fe"}
{"lost":2}' \
	log show --file known --json --since 15 --until 25
check 0 '{"lost":2}
{"seq":6,"time_ns":40000000000,"time":"2026-01-31T11:59:00.000000+00:00","level":0,"level_name":"emerg","facility":1,"cpu":0,"context":"task","pid":300,"comm":"login","flags":[],"text":"\u001b[31m\u009b é \ufffd \"\\\u000a|\u202e","data":"1b5b33316dc29b20c3a920ff20225c0a7ce280ae","fields":{"K":"\u0007"}}' \
	log show --file known --json --level emerg
check 0 '3,1,20000000,-,cpu=1,context=softirq,caller=C1;Link down
 COMM=swapper/1
 DEV=eth0
 MTU=1500
7,2,20000000,-,cpu=2,context=hardirq,caller=C2;type 9: 000102fe
 COMM=kworker/2:1
4,3,30250000,-,cpu=3,context=nmi,cut,caller=C3;was longer
 COMM=stress
8,6,40000000,-,cpu=0,context=task,caller=T300;\x1b[31m\xc2\x9b \xc3\xa9 \xff "\x5c\x0a|\xe2\x80\xae
 COMM=login
 K=\x07' log export --file known - --since 15 --until 50

"$tool" log show --file known --json | json
ok $? "JSON is JSON"
"$tool" log export known.2 --file known --format binary 2>/dev/null &&
	"$tool" log show --file known.2 >two && "$tool" log show --file known >one &&
	cmp one two
ok $? "a file that is exported again shows the same, losses included"
"$tool" log export --file known - --format dmesg 2>/dev/null >nul
[ "$(tr -cd '\0' <nul | wc -c)" = 6 ] && tr -d '\0' <nul >one &&
	"$tool" log export --file known - 2>/dev/null | cmp - one
ok $? "for dmesg: the same, and a NUL behind each"

seqs '0 1 2 3 6 7'
seqs '1 3 6 7' --level warning
seqs '1 3 6 7' --level warn
seqs '1 6 7' --level 3
seqs '1 2' --level err,debug
seqs '1' --level =err
seqs '6' --level emerg
seqs '1 2 3' --cpu 1-3
seqs '0 3 6 7' --cpu 0,3
seqs '' --cpu 4
seqs '1 2' --context softirq,hardirq
seqs '3' --context nmi
seqs '0 6 7' --context task
seqs '0 1 2' --pid 0-100
seqs '3 6 7' --pid 200,300
seqs '6 7' --comm login
seqs '1' --comm 'swapper/*'
seqs '' --comm log
seqs '0 1 2 3' --facility kernel
seqs '6 7' --facility user
seqs '1' --grep Link
seqs '' --grep link
seqs '1' --igrep LINK
seqs '1' -i --grep LINK
seqs '1' --grep MTU=1500
seqs '' --grep downDEV
seqs '2' --type 9
seqs '2' --type 0-65535
seqs '' --type 8
seqs '1 2 3 6 7' --since 20
seqs '3 6 7' --since 20.000001
seqs '0 1 2' --until 20
seqs '3 6' --since 30s --until 1.0m
seqs '6 7' --since -1m
seqs '7' --since '59s ago'
seqs '7' --since -59999ms
seqs '0 1 2 3 6' --until '0.5min ago'
seqs '7' --since '2026-01-31 11:59:30'
seqs '7' --since 2026-01-31T11:59:00.000001
seqs '6 7' --since 2026-01-31T12:59:00.000000+01:00
seqs '0 1 2' --until '2026-01-31 11:58:40'
seqs '0 1 2 3 6 7' --since 2026-01-31 --until now
seqs '' --since +1s
seqs '6 7' -n 2
seqs '' -n 0
seqs '0 1 2 3 6 7' -n 100
seqs '2 3' -n 2 --facility kernel
seqs '1' --level err --cpu 1 --context softirq --pid 0 --comm 's*' --grep eth0 \
	--facility kernel --since 20 --until 20
TZ=XYZ-2
seqs '7' --since '2026-01-31 13:59:30'
TZ=UTC0

dd if=known of=short bs=$(($(wc -c <known) - 3)) count=1 2>/dev/null
check 1 '*' log show --file short
head_hex 2 | unhex >other
check 1 '' log show --file other
{ head_hex 1; record_hex 0 10500 6 0 4 0 1 x 0 0 ''; } | unhex >other
check 1 '' log show --file other
{ head_hex 1; record_hex 0 10500 8 0 0 0 1 x 0 0 ''; } | unhex >other
check 1 '' log show --file other
{ head_hex 1; le 8 0; le 4 56; le 4 1; le 16 0; le 4 48; le 28 0; } | unhex >other
check 1 '' log show --file other

finish
