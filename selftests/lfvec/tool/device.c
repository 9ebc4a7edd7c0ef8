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

int dev_open(void)
{
	struct lfvec_stress_info info = { 0 };
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		switch (errno) {
		case ENOENT:
		case ENODEV:
		case ENXIO:
			die(EXIT_MISSING,
			    DEVICE ": not there; load the module first: modprobe lfvec_stress");
		case EACCES:
		case EPERM:
			die(EXIT_MISSING,
			    DEVICE ": not permitted; it takes root (CAP_SYS_ADMIN)");
		default:
			die(EXIT_MISSING, DEVICE ": %s", strerror(errno));
		}
	}
	if (ioctl(fd, LFVEC_STRESS_INFO, &info))
		die(EXIT_MISSING, DEVICE ": %s; is it another module's?",
		    strerror(errno));
	if (info.version < LFVEC_STRESS_VERSION)
		die(EXIT_MISSING,
		    "the module has version %u of the interface, this tool needs %u: load a newer module",
		    info.version, LFVEC_STRESS_VERSION);
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
		die(dev_exit_code(-err), "%s: %s", what, strerror(-err));
}

/* Open the device and attach the vector @name. */
int dev_attach(const char *name, struct lfvec_stress_vec *vec)
{
	int fd = dev_open(), err;

	memset(vec, 0, sizeof(*vec));
	if (strlen(name) >= sizeof(vec->name))
		usage("%s: a name has at most %zu characters", name,
		      sizeof(vec->name) - 1);
	memcpy(vec->name, name, strlen(name));
	err = dev_call(fd, LFVEC_STRESS_ATTACH, vec);
	if (err == -ENOENT)
		die(EXIT_CHECK, "%s: no such vector; 'lfvec create %s' makes it",
		    name, name);
	if (err)
		die(dev_exit_code(-err), "%s: %s", name, strerror(-err));
	return fd;
}
