// SPDX-License-Identifier: GPL-2.0
/*
 * The device, and what to say when it says no
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tool.h"

#define DEVICE	"/dev/lfvec_stress"

static bool newer;	/* is the module, than this tool */

static void check_version(int fd)
{
	struct lfvec_stress_info info = { 0 };

	if (ioctl(fd, LFVEC_STRESS_INFO, &info))
		die(EXIT_MISSING, DEVICE ": %s\n"
		    "Is it another module's? See ls -l " DEVICE " and lsmod.", strerror(errno));
	if (info.version < LFVEC_STRESS_VERSION)
		die(EXIT_MISSING,
		    "the module has version %u of the interface, this tool needs %u\n"
		    "Load a newer module (rmmod lfvec_stress, install, modprobe lfvec_stress), or\n"
		    "use the tool that came with it.",
		    info.version, LFVEC_STRESS_VERSION);
	newer = info.version > LFVEC_STRESS_VERSION;
}

bool dev_is_newer(void)
{
	return newer;
}

/* Returns a file, or a negative errno. */
static int dev_try_open(void)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	check_version(fd);
	return fd;
}

int dev_open(void)
{
	int fd = dev_try_open();

	switch (fd) {
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
		die_absent(DEVICE, "lfvec_stress");
	case -EACCES:
	case -EPERM:
		die_refused(DEVICE, "root");
	}
	if (fd < 0)
		die(EXIT_MISSING, DEVICE ": %s", strerror(-fd));
	return fd;
}

int dev_exit_code(int err)
{
	switch (err) {
	case ENOMEM:
	case ENOSPC:
	case EMFILE:
	case ENFILE:
	case EAGAIN:
		return EXIT_RESOURCES;
	case EPERM:
	case EACCES:
	case ENOTTY:
	case EOPNOTSUPP:
		return EXIT_MISSING;
	case EINVAL:
		return EXIT_USAGE;
	default:
		return EXIT_CHECK;
	}
}

/* Returns 0 or a negative errno. */
int dev_call(int fd, unsigned long cmd, void *arg)
{
	return ioctl(fd, cmd, arg) ? -errno : 0;
}

void dev_must(int fd, unsigned long cmd, void *arg, const char *what)
{
	int err = dev_call(fd, cmd, arg);

	if (err)
		die_of(-err, what);
}

/* Returns a file that has the vector @name attached, or a negative errno. */
int dev_try_attach(const char *name, struct lfvec_stress_vec *vec)
{
	int fd = dev_try_open(), err;

	if (fd < 0)
		return fd;
	memset(vec, 0, sizeof(*vec));
	memcpy(vec->name, name, strnlen(name, sizeof(vec->name) - 1));
	err = dev_call(fd, LFVEC_STRESS_ATTACH, vec);
	if (!err)
		return fd;
	close(fd);
	return err;
}

void dev_check_name(const char *name)
{
	const char *c;

	if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
		usage("'%s': not a name", name);
	if (strlen(name) >= LFVEC_STRESS_NAME_MAX)
		usage("%s: a name has at most %d characters", name,
		      LFVEC_STRESS_NAME_MAX - 1);
	for (c = name; *c; c++)
		if (*c <= ' ' || *c > '~' || *c == '/')
			usage("%s: a name is printable ASCII without '/'", name);
}

/* Open the device and attach the vector @name. */
int dev_attach(const char *name, struct lfvec_stress_vec *vec)
{
	int fd;

	dev_check_name(name);
	close(dev_open());	/* which says what is wrong with it */
	fd = dev_try_attach(name, vec);
	if (fd == -ENOENT)
		die(EXIT_CHECK, "%s: no such vector; 'lfvec create %s' makes it",
		    name, name);
	if (fd < 0)
		die_of(-fd, name);
	return fd;
}
