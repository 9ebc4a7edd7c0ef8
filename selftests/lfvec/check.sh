#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What the scripts that try $tool have in common, as they source it.

tests=0
failed=0

# ok STATUS NAME: one test; returns the status
ok()
{
	tests=$((tests + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tests $2"
	else
		echo "not ok $tests $2"
		failed=$((failed + 1))
	fi
	return "$1"
}

# check EXIT OUTPUT ARGUMENT...: OUTPUT is what stdout must be, or * for any
check()
{
	want=$1
	text=$2
	shift 2
	got=$("${tool:?}" "$@" 2>/tmp/tool.err)
	code=$?
	[ "$code" = "$want" ] && { [ "$text" = '*' ] || [ "$got" = "$text" ]; }
	ok $? "lfvec $*" ||
		echo "# exit $code, expected $want; printed: $got; $(cat /tmp/tool.err)"
}

# Is each line of stdin a JSON text?
json()
{
	awk '
	function eat(re) {
		if (!match(s, "^(" re ")"))
			return 0
		s = substr(s, RLENGTH + 1)
		return 1
	}
	function list(end, keys) {
		if (eat("[" end "]"))
			return 1
		do {
			if (keys && !(eat(string) && eat(":")))
				return 0
			if (!value())
				return 0
		} while (eat(","))
		return eat("[" end "]")
	}
	function value() {
		if (eat(string) || eat("-?(0|[1-9][0-9]*)([.][0-9]+)?") ||
		    eat("true|false|null"))
			return 1
		if (eat("[[]"))
			return list("]", 0)
		return eat("[{]") && list("}", 1)
	}
	BEGIN {
		x = "[0-9a-f]"
		string = "\"([^\"\\\\\001-\037]|[\\\\]([\"\\\\/bfnrt]|u" x x x x "))*\""
	}
	{
		s = $0
		if (!value() || s != "") {
			print "# not JSON from here on: " s
			bad = 1
		}
	}
	END { exit bad || !NR }'
}

# The checker itself must be able to say no.
check_checker()
{
	for text in '{}' '[1,-2.5,"a\"\u0001",{"b":[true]}]'; do
		echo "$text" | json || return
	done
	tab=$(printf '\t')
	for text in '' '{' '{"a"}' '[1,]' '01' '"\x"' '"a' '{"a":1}}' \
		    "\"$tab\"" '{a:1}'; do
		! echo "$text" | json >/dev/null || return
	done
}

# Where tracefs is, mounted if need be; fails if there is none
tracefs()
{
	for tracefs in /sys/kernel/tracing /sys/kernel/debug/tracing; do
		[ ! -d $tracefs/events ] || break
		mount -t tracefs none $tracefs 2>/dev/null && break
	done
	[ -d "$tracefs/events" ] && echo "$tracefs"
}

# The plan, and the exit code of it all
finish()
{
	rm -f /tmp/tool.err
	echo "1..$tests"
	[ $failed -eq 0 ]
}
