#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# When the tool cannot, it says why and what to do next.
#
# With LFVEC_LOCKDOWN=1 it also locks the kernel down, which nothing but a boot undoes.

tool=$(cd "$(dirname "$0")" && pwd)/lfvec
# shellcheck source=/dev/null
. "$(dirname "$0")/check.sh"

[ -e /dev/lfvec_stress ] || modprobe lfvec_stress 2>/dev/null
if ! "$tool" info >/dev/null 2>&1; then
	echo "1..0 # SKIP /dev/lfvec_stress is not to be had"
	exit 4
fi

# said EXIT TEXT [COMMAND...]: lfvec, by that command, ends so and says TEXT on stderr
said()
{
	want=$1
	text=$2
	shift 2
	"$@" >/dev/null 2>/tmp/tool.err
	code=$?
	[ $code = "$want" ] && grep -q -e "$text" /tmp/tool.err
	ok $? "$text" || {
		echo "# exit $code, expected $want"
		sed 's/^/# /' /tmp/tool.err
	}
}

# elsewhere SHELL_COMMAND: with mounts of its own
elsewhere()
{
	unshare -m sh -c "$1"
}

unload()
{
	rmmod lfvec_stress 2>/dev/null
}

echo "TAP version 13"
# who may
if unshare -U true 2>/dev/null; then
	said 4 'not permitted; it takes root: try sudo' unshare -U "$tool" info
	said 4 'not permitted; it takes root: try sudo' unshare -U "$tool" top -n 1
	said 4 'A container or user namespace has no CAP_SYS_ADMIN' \
		unshare -U -r "$tool" info
fi

# what is there, but not as it should be
said 4 "Is it another module's?" elsewhere \
	"mount --bind /dev/null /dev/lfvec_stress && $tool info"
said 4 'though lfvec_stress is loaded' elsewhere \
	"mount -t tmpfs t /dev && $tool info"
said 4 'mount -t debugfs none' elsewhere "umount /sys/kernel/debug && $tool stat"

# what the module says no to
i=0
while [ $i -lt 65 ] && "$tool" create errors-$i >/dev/null 2>/tmp/tool.err; do
	i=$((i + 1))
done
[ $i -lt 65 ] && grep -q 'drop some' /tmp/tool.err
ok $? "there are as many as there may be"
while [ $i -gt 0 ]; do
	i=$((i - 1))
	"$tool" drop errors-$i
done
"$tool" create errors >/dev/null
said 1 'choose another name' "$tool" create errors
said 1 "'lfvec create nothing' makes it" "$tool" size nothing
"$tool" drop errors
said 2 'see --help' "$tool" bench --peer lfvec --work push --threads 64 --elems 3
said 2 "Try 'lfvec run --help'" "$tool" run --nonsense
said 2 "Try 'lfvec log --help'" "$tool" log nonsense
said 2 'needs a value' "$tool" run --ops

# no module, or another one
if unload; then
	said 4 'load the module first: modprobe lfvec_stress' "$tool" info
	said 4 'load the module first: modprobe lfvec_stress' "$tool" stat
	said 4 'make modules_install, or dkms install lfvec/' elsewhere \
		"mount -t tmpfs t /lib/modules/$(uname -r) &&
		touch /lib/modules/$(uname -r)/modules.dep && $tool info"
	if modprobe test_lfvec_other version=3 2>/dev/null; then
		said 4 'version 3 of the interface, this tool needs' "$tool" info
		rmmod test_lfvec_other
		modprobe test_lfvec_other version=1000
		check 0 '*' info
		said 4 'the module is newer than this tool' "$tool" create errors
		rmmod test_lfvec_other
	fi
	if rmmod lfvec_log 2>/dev/null; then
		said 4 'load the module first: modprobe lfvec_log' "$tool" log list
		modprobe lfvec_log
		said 4 'there is no log' "$tool" log list
	fi
	modprobe lfvec_stress
fi

lockdown=/sys/kernel/security/lockdown
if [ "$LFVEC_LOCKDOWN" = 1 ]; then
	[ -e $lockdown ] || mount -t securityfs securityfs /sys/kernel/security
	"$tool" create errors >/dev/null && "$tool" log create errors
	echo confidentiality >$lockdown
	grep -q '\[confidentiality\]' $lockdown
	ok $? "the kernel is locked down"
	check 0 '*' stat
	check 0 '*' top -n 1 -d 0.1
	check 0 '*' log show errors
	check 0 '*' run --ops 1k --quiet
	check 0 '' drop errors
	check 0 '' log drop errors
	unload
	! modprobe lfvec_stress 2>/dev/null
	ok $? "so it takes no module that is not signed"
	said 4 'signed modules only (it is locked down (confidentiality))' "$tool" info
fi
finish
