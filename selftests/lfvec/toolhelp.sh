#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# --help, the man page and completion say the same as the parser, and the examples
# of the man page are true.

tool=$(cd "$(dirname "$0")" && pwd)/lfvec
dir=/tmp/toolhelp-$$
# shellcheck source=/dev/null
. "$(dirname "$0")/check.sh"
mkdir -p $dir && cd $dir || exit 1
trap 'rm -rf $dir' EXIT

# The man page, but for its markup
man_text()
{
	"$tool" --man | sed 's/\\-/-/g; s/\\f[BIR]//g; s/\\(aq/'"'"'/g'
}

# commands [SET]: their names
commands()
{
	# shellcheck disable=SC2086
	"$tool" $1 --help | sed -n 's/^  \('"${1:+$1 }"'[a-z][a-z]*\) .*/\1/p'
}

# Of help on stdin: the long options
help_options()
{
	sed -n 's/^  \(--[a-z-]*\).*/\1/p' | sort
}

# page_options COMMAND: the same, of its part of the man page
page_options()
{
	awk -v name="$1" '/^\.S[SH]/ { inside = index($0 " ", ".SS lfvec " name " ") == 1 }
		inside && last == ".TP"
		{ last = $0 }' page | sed -n 's/^\(-[a-z], \)*\(--[a-z-]*\).*/\2/p'
}

# one_source COMMAND...: what --help has, the page and completion have, and no more
one_source()
{
	"$tool" "$@" --help >help || return
	help_options <help >options
	{ page_options "$*"; echo --help; } | sort | diff options - &&
		"$tool" --complete "$@" -- | sort | diff options -
}

# taken COMMAND...: the parser takes each of its options, and each word that is
# offered for it
taken()
{
	grep -vx -e --help options >taken
	while read -r option; do
		grep -q -e "^  $option [A-Z]" help || set -- "$@" "$option"
		"$tool" --complete "$@" "$option" '' >words
		while read -r word; do
			"$tool" "$@" "$option" "$word" --help >/dev/null || return
		done <words
	done <taken
	"$tool" "$@" --help >/dev/null
}

man_text >page
{ commands; commands log; } | grep -vx log >names
echo "TAP version 13"
[ "$(wc -l <names)" -gt 30 ]
ok $? "there are commands"
while read -r name; do
	# shellcheck disable=SC2086
	one_source $name >out 2>&1
	ok $? "lfvec $name: help, man page and completion" || sed 's/^/# /' out
	# shellcheck disable=SC2086
	taken $name >out 2>&1
	ok $? "lfvec $name: the parser, too" || sed 's/^/# /' out
done <names
[ "$("$tool" --complete run --gfp '' | tr '\n' ' ')" = 'kernel atomic stock ' ]
ok $? "words of an option"
[ "$("$tool" --complete run --contexts task,s)" = task,softirq ]
ok $? "of a list"
[ "$("$tool" --complete run --gfp = a)" = atomic ]
ok $? "after ="
[ "$("$tool" --complete log sh)" = show ]
ok $? "a command of a command"
[ -z "$("$tool" --complete nonsense '')$("$tool" --complete)" ]
ok $? "nothing where there is nothing"
check 0 "lfvec $("$tool" --man | sed -n 's/^\.TH .*"lfvec \([0-9.]*\)".*/\1/p')" --version

# Where there is a module, its vectors and logs are completed, and examples run.
[ -e /dev/lfvec_stress ] || modprobe lfvec_stress 2>/dev/null
if "$tool" info >/dev/null 2>&1; then
	"$tool" create toolhelp-vec >/dev/null && "$tool" log create toolhelp-log
	[ "$("$tool" --complete pop toolhelp-)" = toolhelp-vec ]
	ok $? "names of vectors"
	[ "$("$tool" --complete log export toolhelp-)" = toolhelp-log ]
	ok $? "names of logs"
	"$tool" drop toolhelp-vec && "$tool" log drop toolhelp-log
	sed -n '/^\.SH EXAMPLES/,/^\.SH SEE/s/^lfvec //p' page >examples
	[ "$(wc -l <examples)" -gt 10 ]
	ok $? "the man page has examples"
	while read -r line; do
		# shellcheck disable=SC2086
		"$tool" $line >out 2>&1 </dev/null
		ok $? "example: lfvec $line" || sed 's/^/# /' out
	done <examples
	rm -f /tmp/h /tmp/b
fi
finish
