// SPDX-License-Identifier: GPL-2.0
/*
 * The device of a log, and what to say when it says no
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

const char * const log_policy_names[] = {
	[LFVEC_LOG_OVERWRITE]	= "overwrite",
	[LFVEC_LOG_KEEP]	= "keep",
};

const char * const log_clock_names[] = {
	[LFVEC_LOG_CLOCK_MONOTONIC]	= "monotonic",
	[LFVEC_LOG_CLOCK_BOOTTIME]	= "boottime",
	[LFVEC_LOG_CLOCK_REALTIME]	= "realtime",
	[LFVEC_LOG_CLOCK_LOCAL]		= "local",
};

/* No log at all: modules that have one need lfvec_log, and load it. */
noreturn void log_none(void)
{
	if (access("/sys/module/lfvec_log", F_OK))
		die_absent(LOG_DIR, "lfvec_log");
	die(EXIT_MISSING, "there is no log\n"
	    "modprobe a module that has one: lfvec_events; or lfvec_stress, for\n"
	    "lfvec log create");
}

static noreturn void cannot_open(const char *name, int err)
{
	struct stat st;

	switch (err) {
	case ENOENT:
		if (stat(LOG_DIR, &st))
			log_none();
		die(EXIT_CHECK,
		    "%s: no such log; 'lfvec log list' says which there are",
		    name);
	case ENODEV:
	case ENXIO:
		die(EXIT_CHECK,
		    "%s: is going; 'lfvec log list' says which there are", name);
	case EACCES:
	case EPERM:
		die(EXIT_MISSING,
		    "%s: not permitted; it takes root, or whom ls -l " LOG_DIR
		    "/%s names: try sudo",
		    name, name);
	default:
		die(dev_exit_code(err), LOG_DIR "/%s: %s", name, strerror(err));
	}
}

static void check_name(const char *name)
{
	if (!*name || *name == '.' || strchr(name, '/'))
		usage("%s: not the name of a log", name);
	if (strlen(name) >= LFVEC_LOG_NAME_MAX)
		usage("%s: a name has at most %d characters", name,
		      LFVEC_LOG_NAME_MAX - 1);
}

/* Returns a file, or a negative errno. */
int log_open_quietly(const char *name, int flags, struct lfvec_log_info *info)
{
	char path[sizeof(LOG_DIR "/") + LFVEC_LOG_NAME_MAX];
	int fd;

	snprintf(path, sizeof(path), LOG_DIR "/%s", name);
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	log_get_info(fd, name, info);
	return fd;
}

int log_open(const char *name, int flags, struct lfvec_log_info *info)
{
	int fd;

	check_name(name);
	fd = log_open_quietly(name, flags, info);
	if (fd < 0)
		cannot_open(name, -fd);
	return fd;
}

void log_get_info(int fd, const char *name, struct lfvec_log_info *info)
{
	int err = dev_call(fd, LFVEC_LOG_INFO, info);

	if (err)
		die(EXIT_MISSING, LOG_DIR "/%s: %s; is it another module's?",
		    name, strerror(-err));
	if (info->version < LFVEC_LOG_VERSION)
		die(EXIT_MISSING,
		    "the module has version %u of the interface, this tool needs %u\n"
		    "Load a newer module, or use the tool that came with it.",
		    info->version, LFVEC_LOG_VERSION);
}

void log_set_level(const char *name, u32 level)
{
	struct lfvec_log_info info;
	int fd = log_open(name, O_WRONLY, &info);

	dev_must(fd, LFVEC_LOG_SET_LEVEL, &level, name);
	close(fd);
}

/* What is given beside --help, and --json if there is a place for it. */
char **log_arguments(int argc, char **argv, int least, int most, bool *json)
{
	int opt;

	while ((opt = next_option(argc, argv)) != -1)
		if (opt == 'j' && json)
			*json = true;
	return rest_of(argc, argv, least, most);
}
