/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of logs have in common: making one through the stress device,
 * and reading it strictly.
 */
#ifndef LFVEC_SELFTEST_LOG_H
#define LFVEC_SELFTEST_LOG_H

#include <ctype.h>
#include <poll.h>
#include <stdarg.h>
#include <time.h>

#include <linux/lfvec_log.h>

#include "common.h"

#define USER		8	/* facility 1, as a prefix has it */
#define LEVEL_DEFAULT	6	/* of what is written without a prefix */
#define RECORD_MAX	LFVEC_LOG_RECORD_MAX
#define LINE_SIZE	LFVEC_LOG_LINE_MAX
#define FIELDS_MAX	16

/* By which a test, in its setup, says that it is skipped. */
#define KSFT_SKIPPED	255

static inline int log_open(const char *name, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/lfvec/%s", name);
	return open(path, flags | O_CLOEXEC);
}

static inline int log_create(int fd, const char *name,
			     const struct lfvec_stress_log *attr)
{
	struct lfvec_stress_log arg = { 0 };

	if (attr)
		arg = *attr;
	snprintf(arg.name, sizeof(arg.name), "%s", name);
	return call(fd, LFVEC_STRESS_LOG_CREATE, &arg);
}

static inline int log_drop(int fd, const char *name)
{
	struct lfvec_stress_log arg = { 0 };

	snprintf(arg.name, sizeof(arg.name), "%s", name);
	return call(fd, LFVEC_STRESS_LOG_DROP, &arg);
}

/* Returns what read() and write() do, or a negative errno. */
static inline ssize_t put(int fd, const void *data, size_t len)
{
	ssize_t ret = write(fd, data, len);

	return ret < 0 ? -errno : ret;
}

static inline ssize_t say(int fd, const char *text)
{
	return put(fd, text, strlen(text));
}

static inline ssize_t get(int fd, void *buf, size_t size)
{
	ssize_t ret = read(fd, buf, size);

	return ret < 0 ? -errno : ret;
}

static inline short polled(int fd, int ms)
{
	struct pollfd p = {
		.fd = fd,
		.events = POLLIN | POLLRDNORM | POLLPRI | POLLOUT | POLLWRNORM,
	};

	return poll(&p, 1, ms) < 0 ? -1 : p.revents;
}

static inline struct lfvec_log_info info_of(int fd)
{
	struct lfvec_log_info info;

	memset(&info, 0xff, sizeof(info));
	call(fd, LFVEC_LOG_INFO, &info);
	return info;
}

static inline u64 now_ns(clockid_t clock)
{
	struct timespec t = { 0 };

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* What one read() returned, taken apart. */
struct line {
	u64	prefix;
	u64	seq;
	u64	usec;
	char	kind;		/* T or C */
	u64	caller;
	u64	cpu;
	char	context[16];
	bool	cut;
	char	text[LINE_SIZE + 1];
	char	comm[80];
	int	fields;		/* COMM is none of them */
	char	field[FIELDS_MAX][256];
};

static inline const char *line_number(const char *p, u64 *to)
{
	char *end;

	/* no sign, no space, no leading zero */
	if (!p || !isdigit(*p) || (p[0] == '0' && isdigit(p[1])))
		return NULL;
	*to = strtoull(p, &end, 10);
	return end;
}

static inline const char *line_skip(const char *p, const char *what)
{
	if (!p || strncmp(p, what, strlen(what)))
		return NULL;
	return p + strlen(what);
}

/* Printable, with backslashes only before an x and two digits, up to @end. */
static inline const char *line_text(const char *p, char end, char *to, size_t size)
{
	size_t len;

	for (len = 0; p && p[len] != end; len++) {
		if (p[len] < ' ' || p[len] > '~' || len + 1 >= size)
			return NULL;
		if (p[len] == '\\' &&
		    (p[len + 1] != 'x' || !strchr("0123456789abcdef", p[len + 2]) ||
		     !strchr("0123456789abcdef", p[len + 3])))
			return NULL;
		to[len] = p[len];
	}
	if (!p)
		return NULL;
	to[len] = 0;
	return p + len + 1;
}

static inline const char *line_head(const char *p, struct line *line)
{
	size_t len;

	p = line_skip(line_number(p, &line->prefix), ",");
	p = line_skip(line_number(p, &line->seq), ",");
	p = line_skip(line_number(p, &line->usec), ",-,cpu=");
	p = line_skip(line_number(p, &line->cpu), ",context=");
	if (!p)
		return NULL;
	len = strspn(p, "abcdefghijklmnopqrstuvwxyz");
	if (!len || len >= sizeof(line->context))
		return NULL;
	memcpy(line->context, p, len);
	p += len;
	line->cut = !strncmp(p, ",cut", 4);
	if (line->cut)
		p += 4;
	p = line_skip(p, ",caller=");
	if (!p || (*p != 'T' && *p != 'C'))
		return NULL;
	line->kind = *p++;
	return line_skip(line_number(p, &line->caller), ";");
}

/* Is this, of @len bytes and with a NUL behind, one record and nothing else? */
static inline bool parse(const char *buf, size_t len, struct line *line)
{
	const char *p = buf;

	memset(line, 0, sizeof(*line));
	if (strlen(buf) != len)
		return false;
	p = line_text(line_head(p, line), '\n', line->text, sizeof(line->text));
	p = line_text(line_skip(p, " COMM="), '\n', line->comm,
		      sizeof(line->comm));
	while (p && *p && line->fields < FIELDS_MAX) {
		p = line_text(line_skip(p, " "), '\n', line->field[line->fields],
			      sizeof(line->field[0]));
		if (p && !strchr(line->field[line->fields++], '='))
			return false;
	}
	return p == buf + len;
}

/* Read a record; its length, or a negative errno, -EBADMSG if it is malformed. */
static inline ssize_t get_line(int fd, struct line *line)
{
	char buf[LINE_SIZE + 1];
	ssize_t len = get(fd, buf, LINE_SIZE);

	memset(line, 0, sizeof(*line));
	if (len <= 0)
		return len;
	buf[len] = 0;
	return parse(buf, len, line) ? len : -EBADMSG;
}

/* Is the next record this one? */
static inline bool next_is(int fd, u64 seq, const char *text)
{
	struct line line;

	return get_line(fd, &line) > 0 && line.seq == seq &&
	       !strcmp(line.text, text);
}

#endif /* LFVEC_SELFTEST_LOG_H */
