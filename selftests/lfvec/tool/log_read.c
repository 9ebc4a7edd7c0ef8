// SPDX-License-Identifier: GPL-2.0
/*
 * Records of a log, one after another
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

#define BATCH	65536

static void new_reader(struct log_reader *r, const char *name)
{
	memset(r, 0, sizeof(*r));
	r->name = name;
	r->fd = -1;
	r->buf = malloc(BATCH);
	if (!r->buf)
		die(EXIT_RESOURCES, "out of memory");
}

static void seek_log(struct log_reader *r, int whence)
{
	if (lseek(r->fd, 0, whence) < 0)
		die(dev_exit_code(errno), "%s: %s", r->name, strerror(errno));
}

/*
 * From the oldest record on, or else from the last clear. What went after that and
 * before now is not lost to us.
 */
void log_reader_open(struct log_reader *r, const char *name, bool oldest)
{
	new_reader(r, name);
	r->fd = log_open(name, O_RDONLY, &r->info);
	if (r->info.clear < r->info.first)
		oldest = true;
	seek_log(r, oldest ? SEEK_SET : SEEK_DATA);
	log_sync(r);
}

void log_reader_open_file(struct log_reader *r, const char *file)
{
	struct log_file_head head;

	new_reader(r, file);
	r->file = strcmp(file, "-") ? fopen(file, "re") : stdin;
	if (!r->file)
		die(dev_exit_code(errno), "%s: %s", file, strerror(errno));
	if (fread(&head, sizeof(head), 1, r->file) != 1 ||
	    memcmp(head.magic, LOG_FILE_MAGIC, sizeof(head.magic)) ||
	    head.version != LOG_FILE_VERSION || head.size != sizeof(head))
		die(EXIT_CHECK,
		    "%s: not what 'lfvec log export --format binary' writes on such a machine",
		    file);
	r->info = head.info;
	r->wall = head.wall;
}

void log_reader_close(struct log_reader *r)
{
	if (r->file)
		fclose(r->file);
	else
		close(r->fd);
	free(r->buf);
}

/* What the log's clock says, and at the same moment that on the wall. */
void log_sync(struct log_reader *r)
{
	struct timespec ts;

	if (r->file)
		return;
	log_get_info(r->fd, r->name, &r->info);
	clock_gettime(CLOCK_REALTIME, &ts);
	r->wall = (s64)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static bool fill_from_log(struct log_reader *r)
{
	struct lfvec_log_read arg = {
		.buf = (uintptr_t)r->buf, .size = BATCH,
		.flags = LFVEC_LOG_READ_NOWAIT,
	};
	int err;

	if (r->seek) {
		arg.flags |= LFVEC_LOG_READ_FROM;
		arg.seq = r->from;
		r->seek = false;
	}
	err = dev_call(r->fd, LFVEC_LOG_READ, &arg);
	if (err == -EAGAIN)
		return false;
	if (err)
		die(dev_exit_code(-err), "%s: %s", r->name, strerror(-err));
	r->lost += arg.lost;
	r->size = arg.nr ? arg.size : 0;
	r->next = 0;
	r->dead = !arg.nr;
	return arg.nr;
}

static bool fill_from_file(struct log_reader *r)
{
	struct log_file_chunk chunk;
	size_t n;

	do {
		n = fread(&chunk, 1, sizeof(chunk), r->file);
		if (!n && feof(r->file))
			return false;
		if (n < sizeof(chunk) || chunk.size > BATCH ||
		    fread(r->buf, 1, chunk.size, r->file) < chunk.size)
			die(EXIT_CHECK, "%s: ends in the middle, or is damaged",
			    r->name);
		r->lost += chunk.lost;
	} while (!chunk.size);
	r->size = chunk.size;
	r->next = 0;
	return true;
}

/* Nothing that a record says may lead out of it, whoever wrote the file. */
static bool is_record(const struct lfvec_log_record *rec, u32 room)
{
	return room >= sizeof(*rec) && rec->size <= room &&
	       rec->size % 8 == 0 && rec->size >= sizeof(*rec) + rec->len &&
	       rec->text_len <= rec->len && rec->level < LEVELS &&
	       rec->context < LFVEC_LOG_CONTEXTS;
}

/* The next record, good until log_take(); or NULL if there is none now. */
const struct lfvec_log_record *log_peek(struct log_reader *r)
{
	const struct lfvec_log_record *rec;

	if (r->next == r->size &&
	    !(r->file ? fill_from_file(r) : fill_from_log(r)))
		return NULL;
	rec = (const void *)(r->buf + r->next);
	if (!is_record(rec, r->size - r->next))
		die(EXIT_CHECK, "%s: what was read is not a record", r->name);
	return rec;
}

/*
 * Go on behind the record that has this number and time, which is not lost. If it
 * never was in this log, which has another one's name then, begin with the oldest.
 */
void log_reader_after(struct log_reader *r, u64 seq, u64 time)
{
	const struct lfvec_log_record *rec = NULL;

	if (seq < r->info.next) {
		r->from = seq;
		r->seek = true;
		rec = log_peek(r);
	}
	if (rec && rec->seq == seq && rec->time == time) {
		log_take(r);
	} else if (rec && rec->seq > seq && rec->time >= time) {
		r->lost--;
	} else {
		seek_log(r, SEEK_SET);
		r->size = 0;
		r->next = 0;
		r->lost = 0;
	}
}

void log_take(struct log_reader *r)
{
	const struct lfvec_log_record *rec = (const void *)(r->buf + r->next);

	r->next += rec->size;
}

/*
 * Wait for a record, a signal, the end of the log, or for @ns unless negative.
 * Returns false if nobody is left who reads what we print.
 */
bool log_wait(struct log_reader *r, s64 ns)
{
	struct timespec ts = { ns / NS_PER_S, ns % NS_PER_S };
	struct pollfd fds[] = {
		{ .fd = r->fd, .events = POLLIN },
		/* of a socket, the other end may be closed and not yet lost */
		{ .fd = STDOUT_FILENO, .events = POLLRDHUP },
	};
	sigset_t stop, before;

	/* a signal after the look at what it sets must end the wait, too */
	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGTERM);
	sigprocmask(SIG_BLOCK, &stop, &before);
	if (!was_interrupted() &&
	    ppoll(fds, ARRAY_SIZE(fds), ns < 0 ? NULL : &ts, &before) < 0 &&
	    errno != EINTR)
		die(dev_exit_code(errno), "poll: %s", strerror(errno));
	sigprocmask(SIG_SETMASK, &before, NULL);
	return !(fds[1].revents & (POLLERR | POLLHUP | POLLRDHUP));
}
