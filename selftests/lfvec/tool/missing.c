// SPDX-License-Identifier: GPL-2.0
/*
 * Why something is not to be had, and what to do next
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "tool.h"

#define KERNEL_LEAST	"6.1"

/* What comes first in the file @path that begins with @start; "" if nothing does. */
static void find_line(const char *path, const char *start, char *line, int size)
{
	FILE *f = fopen(path, "re");

	while (f && fgets(line, size, f)) {
		if (strncmp(line, start, strlen(start)))
			continue;
		line[strcspn(line, "\n")] = '\0';
		fclose(f);
		return;
	}
	*line = '\0';
	if (f)
		fclose(f);
}

static bool too_old(const char *release)
{
	static const char least[] = KERNEL_LEAST;
	char *end;
	u64 major = strtoull(release, &end, 10), minor = 0;

	if (*end == '.')
		minor = strtoull(end + 1, NULL, 10);
	return major < strtoull(least, NULL, 10) ||
	       (major == strtoull(least, NULL, 10) &&
		minor < strtoull(strchr(least, '.') + 1, NULL, 10));
}

/* Is there a file of it for this kernel? If that cannot be known, too. */
static bool is_installed(const char *release, const char *module)
{
	char path[256], name[64], line[1024], *file;
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", release);
	snprintf(name, sizeof(name), "/%s.ko", module);
	f = fopen(path, "re");
	if (!f)
		return true;
	while (!found && fgets(line, sizeof(line), f)) {
		line[strcspn(line, ":")] = '\0';
		file = strstr(line, name);
		found = file && (!file[strlen(name)] || file[strlen(name)] == '.');
	}
	fclose(f);
	return found;
}

static bool is_loaded(const char *module)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/%s", module);
	return !access(path, F_OK);
}

/* Does this kernel want modules to be signed? Then why; otherwise NULL. */
static const char *wants_signature(void)
{
	char line[128];

	find_line("/sys/kernel/security/lockdown", "", line, sizeof(line));
	if (strstr(line, "[integrity]"))
		return "it is locked down (integrity)";
	if (strstr(line, "[confidentiality]"))
		return "it is locked down (confidentiality)";
	find_line("/sys/module/module/parameters/sig_enforce", "Y", line,
		  sizeof(line));
	return *line ? "module.sig_enforce is set" : NULL;
}

/* @what is not there, as @module has it. */
noreturn void die_absent(const char *what, const char *module)
{
	const char *why = wants_signature();
	struct utsname u;

	uname(&u);
	if (is_loaded(module))
		die(EXIT_MISSING, "%s: not there, though %s is loaded\n"
		    "Mount devtmpfs on /dev; into a container, pass the device.",
		    what, module);
	if (too_old(u.release))
		die(EXIT_MISSING, "%s: not there, and Linux %s is too old\n"
		    "The modules take " KERNEL_LEAST " or newer: boot such a kernel.",
		    what, u.release);
	if (!is_installed(u.release, module))
		die(EXIT_MISSING, "%s: not there, and %s is not installed for Linux %s\n"
		    "make modules_install, or dkms install lfvec/" TOOL_VERSION
		    "; then: modprobe %s", what, module, u.release, module);
	if (why)
		die(EXIT_MISSING, "%s: not there; load the module first: modprobe %s\n"
		    "This kernel takes signed modules only (%s): sign it with a\n"
		    "key that the kernel knows, as mokutil enrolls them, or boot without that.",
		    what, module, why);
	die(EXIT_MISSING, "%s: not there; load the module first: modprobe %s",
	    what, module);
}

/* @what may not be opened; @who may: "root". */
noreturn void die_refused(const char *what, const char *who)
{
	if (geteuid())
		die(EXIT_MISSING, "%s: not permitted; it takes %s: try sudo", what,
		    who);
	die(EXIT_MISSING, "%s: not permitted, to this root neither\n"
	    "A container or user namespace has no CAP_SYS_ADMIN: try on the host.",
	    what);
}

/* The names of vectors are in debugfs, which said @err. */
noreturn void die_nameless(int err)
{
	if (err == ENOENT && is_loaded("lfvec_stress"))
		die(EXIT_MISSING, VECTOR_DIR ": not there\n"
		    "mount -t debugfs none /sys/kernel/debug, or give a name");
	if (err == ENOENT)
		die_absent(VECTOR_DIR, "lfvec_stress");
	die_refused(VECTOR_DIR, "root, or a name");
}

/* What may help with an error of the module; NULL: nothing that is known */
static const char *next_step(int err)
{
	if (dev_is_newer() && (err == ENOTTY || err == EINVAL))
		return "the module is newer than this tool: use the one that came with it";
	switch (err) {
	case ENOMEM:
		return "fewer threads or elements may do, or a higher limit of memory";
	case EINVAL:
		return "the module does not take that, or not together: see --help";
	case EOPNOTSUPP:
		return "that implementation or form does not have it";
	case EBUSY:
		return "somebody else is at it: try again when that has ended";
	case EEXIST:
		return "choose another name, or drop that one first";
	case ENOSPC:
		return "there are as many as there may be, or no more room: drop some";
	case ENOTTY:
		return "the module does not have that: see lfvec info";
	case EMFILE:
	case ENFILE:
		return "too many open files: see ulimit -n";
	case ENODEV:
		return "it has gone meanwhile";
	default:
		return NULL;
	}
}

/* The module, or the kernel, said @err, an errno, to @what. */
noreturn void die_of(int err, const char *what)
{
	const char *next = next_step(err);

	die(dev_exit_code(err), "%s: %s%s%s", what, strerror(err),
	    next ? "; " : "", next ? next : "");
}
