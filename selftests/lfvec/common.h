/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests have in common: opening the device, and an ioctl a call, which
 * returns 0 or a negative errno.
 */
#ifndef LFVEC_SELFTEST_COMMON_H
#define LFVEC_SELFTEST_COMMON_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/lfvec_stress.h>

#include "../kselftest_harness.h"

/* A kernel with detectors, in an emulator, takes its time. */
#ifdef LFVEC_SLOW
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	900
#undef TEST_F_TIMEOUT
#define TEST_F_TIMEOUT(fixture, test, timeout)				\
	__TEST_F_IMPL(fixture, test, -1, 20 * (timeout))
#endif

typedef __u8 u8;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;

#define DEVICE		"/dev/lfvec_stress"
#define ELEM_MAX	4096
#define BATCH_MAX	64

/* Load the module if need be; -1 if the device cannot be had. */
static inline int device(void)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT &&
	    !system("modprobe lfvec_stress 2>/dev/null"))
		fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	return fd;
}

static inline bool have_device(void)
{
	int fd = device();

	return fd >= 0 && !close(fd);
}

static inline void skip_program(const char *missing)
{
	printf("TAP version 13\n1..0 # SKIP no %s\n", missing);
	exit(KSFT_SKIP);
}

/* The harness has no word for a program all of whose tests are skipped. */
#define TESTS_NEED(there, missing)					\
static void __attribute__((constructor)) tests_need(void)		\
{									\
	if (!(there))							\
		skip_program(missing);					\
}

static inline int call(int fd, unsigned long cmd, void *arg)
{
	return ioctl(fd, cmd, arg) ? -errno : 0;
}

static inline int named(int fd, unsigned long cmd, const char *name)
{
	struct lfvec_stress_vec vec = { 0 };

	snprintf(vec.name, sizeof(vec.name), "%s", name);
	return call(fd, cmd, &vec);
}

static inline int create(int fd, const char *name, u32 esize, u64 first,
			 u64 max)
{
	struct lfvec_stress_vec vec = {
		.esize = esize, .first = first, .max = max,
	};

	snprintf(vec.name, sizeof(vec.name), "%s", name);
	return call(fd, LFVEC_STRESS_CREATE, &vec);
}

/* Returns the index, as the library does. */
static inline s64 push_flags(int fd, const void *elems, u32 nr, u32 flags)
{
	struct lfvec_stress_io io = {
		.buf = (uintptr_t)elems, .count = nr, .flags = flags,
	};
	int err = call(fd, LFVEC_STRESS_PUSH, &io);

	return err ? err : (s64)io.index;
}

static inline s64 push(int fd, const void *elems, u32 nr)
{
	return push_flags(fd, elems, nr, 0);
}

/* Returns how many. */
static inline s64 pop(int fd, void *elems, u32 nr)
{
	struct lfvec_stress_io io = { .buf = (uintptr_t)elems, .count = nr };
	int err = call(fd, LFVEC_STRESS_POP, &io);

	return err ? err : (s64)io.index;
}

static inline int at(int fd, unsigned long cmd, u64 index, const void *buf,
		     const void *old, s64 *out)
{
	struct lfvec_stress_io io = {
		.index = index, .buf = (uintptr_t)buf, .old = (uintptr_t)old,
	};
	int err = call(fd, cmd, &io);

	if (out)
		*out = io.index;
	return err;
}

static inline int load(int fd, u64 index, void *elem)
{
	return at(fd, LFVEC_STRESS_LOAD, index, elem, NULL, NULL);
}

static inline int peek(int fd, void *elem)
{
	return at(fd, LFVEC_STRESS_PEEK, 0, elem, NULL, NULL);
}

static inline int store(int fd, u64 index, const void *elem)
{
	return at(fd, LFVEC_STRESS_STORE, index, elem, NULL, NULL);
}

static inline int xchg(int fd, u64 index, const void *elem, void *old)
{
	return at(fd, LFVEC_STRESS_XCHG, index, elem, old, NULL);
}

/* Returns 1 or 0, as the library does. */
static inline int cmpxchg(int fd, u64 index, void *old, const void *elem)
{
	s64 done;
	int err = at(fd, LFVEC_STRESS_CMPXCHG, index, elem, old, &done);

	return err ? err : (int)done;
}

static inline s64 truncate_to(int fd, u64 size)
{
	s64 nr;
	int err = at(fd, LFVEC_STRESS_TRUNCATE, size, NULL, NULL, &nr);

	return err ? err : nr;
}

static inline s64 size(int fd)
{
	s64 nr;
	int err = at(fd, LFVEC_STRESS_SIZE, 0, NULL, NULL, &nr);

	return err ? err : nr;
}

static inline int reserve(int fd, u64 nr)
{
	return at(fd, LFVEC_STRESS_RESERVE, nr, NULL, NULL, NULL);
}

/* An element of @esize bytes that says @value, in each of its bytes. */
static inline void *fill(void *elem, u64 value, u32 esize)
{
	u8 *byte = elem;
	u32 i;

	for (i = 0; i < esize; i++)
		byte[i] = (value >> 8 * (i % 8)) + i / 8;
	return elem;
}

static inline bool clean(const struct lfvec_stress_result *r)
{
	return !r->lost && !r->duplicated && !r->torn && !r->errors;
}

static inline int run_it(int fd, struct lfvec_stress_run *arg,
			 struct lfvec_stress_result *result)
{
	int err = call(fd, LFVEC_STRESS_START, arg);

	memset(result, 0xff, sizeof(*result));
	return err ? err : call(fd, LFVEC_STRESS_RESULT, result);
}

#endif /* LFVEC_SELFTEST_COMMON_H */
