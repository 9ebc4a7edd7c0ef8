// SPDX-License-Identifier: GPL-2.0
/*
 * Calls on what else the modules show: debugfs, parameters, attributes of devices;
 * and on the memory that all calls are given
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

/* Read a file: at odd places, in odd pieces. */
static long read_pieces(struct hand *h, struct rnd *r, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), nr = 1 + below(r, 3);
	long ret = 0;

	note(h, " %s", path);
	if (fd < 0)
		return -1;
	while (nr-- && ret >= 0) {
		size_t size = one_in(r, 4) ? odd_value(r) : below(r, 300);
		void *to = (void *)(uintptr_t)memory_pointer(h, r, size);

		if (size > DATA_SIZE)
			h->tricked = true;
		switch (below(r, 4)) {
		case 0:
			ret = pread(fd, to, size, one_in(r, 2) ? odd_value(r) : below(r, 300));
			break;
		case 1:
			ret = lseek(fd, one_in(r, 2) ? odd_value(r) : below(r, 300),
				    below(r, 6)) < 0 ? -1 : 0;
			break;
		default:
			ret = read(fd, to, size);
		}
	}
	nr = errno;
	close(fd);
	errno = nr;
	return ret;
}

static long debugfs_read(struct hand *h, struct rnd *r, const struct call *call)
{
	static const char * const files[] = { "counters", "size", "memory", ".", "no" };
	char path[96], name[LFVEC_STRESS_NAME_MAX];

	name_choose(r, name, false);
	if (one_in(r, 4))
		strcpy(path, "/sys/kernel/debug/lfvec_logs");
	else
		snprintf(path, sizeof(path), "/sys/kernel/debug/lfvec/%s/%s", name,
			 files[below(r, ARRAY_SIZE(files))]);
	return read_pieces(h, r, path);
}

static long write_text(struct hand *h, const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err;
	long ret;

	note(h, " %s %s", path, text);
	if (fd < 0)
		return -1;
	ret = write(fd, text, strlen(text));
	err = errno;
	close(fd);
	errno = err;
	return ret;
}

static void choose_text(struct rnd *r, char *text, size_t size)
{
	static const char * const some[] = {
		"", "\n", "-1", "0x", "Y", "n", "1 2", "4294967296", "99999999999999999999",
		"add", "remove fuzz", "auto", "on",
	};

	if (one_in(r, 2))
		snprintf(text, size, "%u\n", below(r, one_in(r, 4) ? ~0U : 200));
	else
		snprintf(text, size, "%s", some[below(r, ARRAY_SIZE(some))]);
}

static const char * const parameters[] = {
	"/sys/module/lfvec/parameters/backoff_min",
	"/sys/module/lfvec/parameters/backoff_max",
	"/sys/module/lfvec_events/parameters/binary",
	"/sys/module/lfvec_events/parameters/records",
	"/sys/module/lfvec_events/parameters/opens",
};

/*
 * A pause of the longest kind is as long as root has it, so not too many of them
 * are asked for.
 */
static long parameter(struct hand *h, struct rnd *r, const struct call *call)
{
	const char *path = parameters[below(r, ARRAY_SIZE(parameters))];
	char text[32];

	if (one_in(r, 2))
		return read_pieces(h, r, path);
	choose_text(r, text, sizeof(text));
	return write_text(h, path, text);
}

static long attribute(struct hand *h, struct rnd *r, const struct call *call)
{
	static const char * const files[] = {
		"uevent", "dev", "power/control", "power/runtime_status", "no",
	};
	char path[96], name[LFVEC_STRESS_NAME_MAX], text[32];

	if (one_in(r, 4)) {
		snprintf(path, sizeof(path), "/sys/class/misc/lfvec_stress/%s",
			 files[below(r, ARRAY_SIZE(files))]);
	} else {
		name_choose(r, name, true);
		snprintf(path, sizeof(path), "/sys/class/lfvec_log/%s/%s", name,
			 files[below(r, ARRAY_SIZE(files))]);
	}
	if (one_in(r, 2))
		return read_pieces(h, r, path);
	choose_text(r, text, sizeof(text));
	return write_text(h, path, text);
}

static long memory(struct hand *h, struct rnd *r, const struct call *call)
{
	const char *what = "";
	long ret = memory_change(r, &what);

	note(h, " %s", what);
	return ret;
}

const struct call calls_other[] = {
	{ "debugfs", 60, 0, debugfs_read, NULL },
	{ "parameter", 4, 0, parameter, NULL },
	{ "attribute", 4, 0, attribute, NULL },
	{ "memory", 160, 0, memory, NULL },
};

const unsigned int nr_calls_other = ARRAY_SIZE(calls_other);
