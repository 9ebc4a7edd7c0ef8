#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Operations that are interrupted at each of their instructions: see module/intr.c,
# and module/sized_intr.c for elements of different sizes. With LFVEC_STRICT=1, each
# instruction of the functions listed in the former must be come by; other compilers
# may make some that cannot be.

if ! modprobe -D test_lfvec_intr >/dev/null 2>&1; then
	echo "1..0 # SKIP test_lfvec_intr is not installed"
	exit 4
fi
if ! grep -q ' [Tt] register_kprobe$' /proc/kallsyms; then
	echo "1..0 # SKIP no kprobes"
	exit 4
fi

tests=0
failed=0

# pause MIN MAX: after a lost race. It takes instructions, which is what time is here.
pauses=/sys/module/lfvec/parameters
pause()
{
	echo "$1" >"$pauses/backoff_min"
	echo "$2" >"$pauses/backoff_max"
}

# How often a module has come to an end.
tries()
{
	dmesg | grep -c "$module: .* instructions interrupted"
}

# interrupted MODULE [PARAMETER...]
interrupted()
{
	module=$1
	tests=$((tests + 1))
	rmmod "$module" 2>/dev/null
	shift
	before=$(tries)
	modprobe "$module" "$@"
	status=$?
	dmesg | grep -o "$module: .*" | sed 's/^/# /'
	# busybox tries a module that fails a second time, which must not help it
	if [ $status = 0 ] && [ "$(tries)" -le $((before + 1)) ]; then
		echo "ok $tests $module"
		rmmod "$module"
	else
		echo "not ok $tests $module"
		failed=$((failed + 1))
	fi
}

echo "TAP version 13"
echo "1..2"
modprobe lfvec
were="$(cat "$pauses"/backoff_min) $(cat "$pauses"/backoff_max)"
pause 1 64
interrupted test_lfvec_intr "strict=${LFVEC_STRICT:-0}"
# what the worker does depends on what others have left it to do
interrupted test_lfvec_sized_intr least=98
# shellcheck disable=SC2086	# two of them
pause $were
[ $failed -eq 0 ]
