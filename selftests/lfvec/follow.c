// SPDX-License-Identifier: GPL-2.0
/*
 * Follow a log, and check each record that a storm wrote
 *
 * Sequence numbers rise by one, but for what the log says was lost. Each byte of a
 * record is what its head says, and so is what the log has noted beside it. And each
 * writer's records come in its order, none of them missing, none of them twice.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "follow.h"

/* A record may stay so long with a reader that sleeps: then that was not woken. */
#define FOLLOW_PATIENCE	2000

/* Who looks so rarely may have missed that it was awake. */
#define FOLLOW_LATE	(FOLLOW_PATIENCE / 4)

/* Room for a few of the largest records. */
#define FOLLOW_BATCH	32768
#define FOLLOW_ONE	(sizeof(struct lfvec_log_record) + LFVEC_LOG_RECORD_MAX)

/* A line that was cut for want of room is nearly as long as may be. */
#define FOLLOW_LONG	(LFVEC_LOG_LINE_MAX - 256)

/* The commands that storms' threads have in /proc begin with this. */
#define FOLLOW_COMM	"lfvec_storm/"

const char * const follow_names[FOLLOW_MANNERS] = {
	[FOLLOW_TEXT]		= "text",
	[FOLLOW_BINARY]		= "binary",
	[FOLLOW_POLL_TEXT]	= "poll, text",
	[FOLLOW_POLL_BINARY]	= "poll, binary",
	[FOLLOW_SLOW]		= "slow",
	[FOLLOW_SPIN]		= "spin",
};

static const char * const follow_contexts[LFVEC_LOG_CONTEXTS] = {
	[LFVEC_LOG_TASK]	= "task",
	[LFVEC_LOG_SOFTIRQ]	= "softirq",
	[LFVEC_LOG_HARDIRQ]	= "hardirq",
	[LFVEC_LOG_NMI]		= "nmi",
};

/*
 * struct record - a record as it was read, in whatever way
 *
 * @partial: its line was too long to show all of it
 * @task:    the caller is a task, as the line has it
 * @caller:  its pid, or the CPU
 * @data:    what is in it, or its text
 * @fields:  "KEY=value" each, with a final NUL
 */
struct record {
	u64		seq;
	u32		cpu;
	u32		type;
	u32		level;
	u32		facility;
	u32		context;
	bool		binary;
	bool		cut;
	bool		partial;
	bool		task;
	u32		caller;
	char		comm[LFVEC_LOG_COMM_MAX + 1];
	const u8	*data;
	u32		len;
	const char	*fields;
	u32		fields_len;
};

/* What its head says, and what follows from that. */
struct payload {
	u32	writer;
	u64	count;
	u32	len;
	u32	sum;
	u64	key;
};

u64 follow_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

/* Keep the first thing that is wrong. */
static void wrong(struct follow *f, const char *fmt, ...)
{
	va_list ap;
	int len;

	if (f->wrong[0])
		return;
	len = snprintf(f->wrong, sizeof(f->wrong), "at record %llu: ", f->next);
	va_start(ap, fmt);
	vsnprintf(f->wrong + len, sizeof(f->wrong) - len, fmt, ap);
	va_end(ap);
}

/* --- the payload ------------------------------------------------------------ */

static void payload_key(struct payload *p)
{
	p->key = (((u64)p->writer << 32 | p->len) ^
		  p->count * LFVEC_STRESS_PAYLOAD_M) * LFVEC_STRESS_PAYLOAD_M;
}

static void check_pattern(struct follow *f, const struct payload *p,
			  const u8 *data, u32 len)
{
	u64 word = p->key;
	u32 at;

	for (at = 0; at < len; at += 8, word += LFVEC_STRESS_PAYLOAD_M) {
		if (!memcmp(data + at, &word, len - at < 8 ? len - at : 8))
			continue;
		wrong(f, "torn: %u bytes of writer %x, count %llu, from byte %u on",
		      p->len, p->writer, p->count, at);
		return;
	}
}

static void check_chars(struct follow *f, const struct payload *p,
			const u8 *text, u32 len)
{
	u64 word = p->key;
	u32 i;

	for (i = 0; i < len; i++, word += LFVEC_STRESS_PAYLOAD_M) {
		if (text[i] == '0' + (word >> 58))
			continue;
		wrong(f, "torn: line of %u bytes of writer %x, count %llu, from %u on",
		      p->len, p->writer, p->count, i);
		return;
	}
}

/* Each record of a writer comes once, and in order. */
static void check_writer(struct follow *f, const struct payload *p)
{
	struct follow_writer *w = &f->writer[(p->writer & 0xffff) %
					     FOLLOW_WRITERS];

	if (!w->known || w->id != p->writer) {
		if (f->whole && !f->lost && p->count)
			wrong(f, "writer %x begins with %llu", p->writer, p->count);
	} else if (p->count <= w->count) {
		wrong(f, "writer %x: %llu after %llu", p->writer, p->count,
		      w->count);
	} else if (w->lost == f->lost && p->count != w->count + 1) {
		wrong(f, "writer %x: %llu after %llu, and nothing was lost",
		      p->writer, p->count, w->count);
	}
	*w = (struct follow_writer){
		.known = true, .id = p->writer, .count = p->count,
		.lost = f->lost,
	};
}

/* What the log has noted of the record must be what its payload says. */
static void check_head(struct follow *f, const struct record *r,
		       const struct payload *p)
{
	u32 nr = (p->writer & 0xffff) >> 2;
	char comm[32];

	if (p->sum != p->key >> 32)
		wrong(f, "sum %x of writer %x, count %llu, %u bytes", p->sum,
		      p->writer, p->count, p->len);
	if (r->context != (p->writer & 3))
		wrong(f, "writer %x in context %u", p->writer, r->context);
	if (r->context == LFVEC_LOG_NMI && r->cpu != nr)
		wrong(f, "writer %x on CPU %u", p->writer, r->cpu);
	if (r->level != 3 + p->len % 4)
		wrong(f, "level %u of %u bytes", r->level, p->len);
	if (r->binary && r->type != (p->writer & 0xffff))
		wrong(f, "type %u of writer %x", r->type, p->writer);
	snprintf(comm, sizeof(comm), FOLLOW_COMM "%u", nr);
	if (r->context == LFVEC_LOG_TASK && strcmp(r->comm, comm))
		wrong(f, "writer %x is %s", p->writer, r->comm);
	if (!r->cut && !r->partial && r->len != p->len)
		wrong(f, "%u bytes of %u, and it was not cut", r->len, p->len);
	if (r->len > p->len)
		wrong(f, "%u bytes of %u", r->len, p->len);
}

/* Too short for a head: all its bytes are its length. */
static void check_short(struct follow *f, const struct record *r, u8 first)
{
	u32 i;

	if (r->cut || r->level != 3 + r->len % 4)
		wrong(f, "%u bytes, cut: %d, level %u", r->len, r->cut, r->level);
	for (i = 0; i < r->len; i++)
		if (r->data[i] != (u8)(first + r->len))
			wrong(f, "torn: %u bytes, and among them %02x", r->len,
			      r->data[i]);
}

static void check_binary(struct follow *f, const struct record *r)
{
	struct lfvec_stress_payload head;
	struct payload p;

	if (r->len < sizeof(head)) {
		check_short(f, r, 0);
		return;
	}
	memcpy(&head, r->data, sizeof(head));
	if (head.magic != LFVEC_STRESS_PAYLOAD)
		wrong(f, "torn: begins with %08x", head.magic);
	p = (struct payload){
		.writer = head.writer, .count = head.count, .len = head.len,
		.sum = head.sum,
	};
	payload_key(&p);
	if (r->cut && !r->partial && r->len != LFVEC_LOG_RECORD_MAX)
		wrong(f, "cut to %u bytes", r->len);
	if (p.len > LFVEC_LOG_RECORD_MAX ? !r->cut : r->cut)
		wrong(f, "%u bytes, cut: %d", p.len, r->cut);
	check_head(f, r, &p);
	check_pattern(f, &p, r->data + sizeof(head), r->len - sizeof(head));
	check_writer(f, &p);
}

/* @nr hexadecimal digits, and what comes after them. */
static bool hex(const u8 **at, unsigned int nr, char after, u64 *value)
{
	static const char digits[] = "0123456789abcdef";
	const char *digit;

	for (*value = 0; nr; nr--, (*at)++) {
		digit = **at ? strchr(digits, **at) : NULL;
		if (!digit)
			return false;
		*value = *value << 4 | (digit - digits);
	}
	return *(*at)++ == after;
}

static bool payload_line(const struct record *r, struct payload *p)
{
	const u8 *at = r->data + strlen("storm ");
	u64 writer, count, len, sum;

	if (!hex(&at, 8, ' ', &writer) || !hex(&at, 16, ' ', &count) ||
	    !hex(&at, 4, ' ', &len) || !hex(&at, 8, ' ', &sum))
		return false;
	*p = (struct payload){
		.writer = writer, .count = count, .len = len, .sum = sum,
	};
	payload_key(p);
	return true;
}

/* What does not fit is left out, but what is there is what it was. */
static void check_fields(struct follow *f, const struct record *r,
			 const struct payload *p)
{
	const char *at = r->fields, *end = r->fields + r->fields_len;
	char want[3][40];
	unsigned int i;

	snprintf(want[0], sizeof(want[0]), "WRITER=%u", p->writer);
	snprintf(want[1], sizeof(want[1]), "MINUS=%lld", -(s64)p->count);
	snprintf(want[2], sizeof(want[2]), "SUM=%08x", p->sum);
	for (i = 0; i < 3; i++) {
		if (at < end && !strcmp(at, want[i]))
			at += strlen(at) + 1;
		else if (!r->cut)
			wrong(f, "no field %s", want[i]);
	}
	if (at < end)
		wrong(f, "field %.40s of writer %x, count %llu", at, p->writer,
		      p->count);
}

static void check_line(struct follow *f, const struct record *r)
{
	bool pairs = r->len >= 6 && !memcmp(r->data, "pairs ", 6);
	bool plain = r->len >= 6 && !memcmp(r->data, "storm ", 6);
	struct payload p;

	if (r->len < LFVEC_STRESS_LINE_HEAD && !r->cut) {
		check_short(f, r, '0');
		return;
	}
	if (r->len < LFVEC_STRESS_LINE_HEAD || (!pairs && !plain) ||
	    !payload_line(r, &p)) {
		wrong(f, "torn: line of %u bytes: %.*s", r->len, 40, r->data);
		return;
	}
	if (p.len > LFVEC_LOG_RECORD_MAX && !r->cut)
		wrong(f, "line of %u bytes was not cut", p.len);
	check_head(f, r, &p);
	check_chars(f, &p, r->data + LFVEC_STRESS_LINE_HEAD,
		    r->len - LFVEC_STRESS_LINE_HEAD);
	if (pairs)
		check_fields(f, r, &p);
	else if (r->fields_len)
		wrong(f, "a field of a line that has none: %.40s", r->fields);
	check_writer(f, &p);
}

static void check_record(struct follow *f, const struct record *r)
{
	if (r->context >= LFVEC_LOG_CONTEXTS || r->level > 7)
		wrong(f, "context %u, level %u", r->context, r->level);
	if (r->facility)
		f->foreign++;
	else if (r->binary)
		check_binary(f, r);
	else
		check_line(f, r);
	f->cut += r->cut;
	f->seen++;
	__atomic_store_n(&f->next, r->seq + 1, __ATOMIC_RELEASE);
}

/* --- as text ---------------------------------------------------------------- */

/* A number that is followed by @after; moves on. */
static u64 number(struct follow *f, char **at, char after)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(*at, &end, 10);
	if (end == *at || !isdigit((unsigned char)**at) || errno || *end != after)
		wrong(f, "no digits: %.40s", *at);
	*at = *end ? end + 1 : end;
	return value;
}

/* Is it "@word"? Then move on. */
static bool word(char **at, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*at, word, len))
		return false;
	*at += len;
	return true;
}

/* Undo what escapes do, in place; returns the length. There is a NUL behind it. */
static u32 unescape(struct follow *f, char *text)
{
	unsigned int byte = 0;
	char *to = text;
	char *at;

	for (at = text; *at; at++) {
		if (!isprint((unsigned char)*at))
			wrong(f, "byte %02x in a line", (unsigned char)*at);
		if (*at != '\\') {
			*to++ = *at;
			continue;
		}
		if (sscanf(at, "\\x%2x", &byte) != 1)
			wrong(f, "not an escape: %.4s", at);
		at += strnlen(at, 4) - 1;
		*to++ = byte;
	}
	*to = '\0';
	return to - text;
}

/* "3,17,5000,-,cpu=0,context=task,cut,caller=T12;"; moves on to the text. */
static void parse_prefix(struct follow *f, char **at, struct record *r)
{
	u64 prefix = number(f, at, ',');

	r->level = prefix & 7;
	r->facility = prefix >> 3;
	r->seq = number(f, at, ',');
	number(f, at, ',');
	if (!word(at, "-,cpu="))
		wrong(f, "no CPU: %.40s", *at);
	r->cpu = number(f, at, ',');
	if (!word(at, "context="))
		wrong(f, "no context: %.40s", *at);
	for (r->context = 0; r->context < LFVEC_LOG_CONTEXTS; r->context++)
		if (word(at, follow_contexts[r->context]))
			break;
	r->cut = word(at, ",cut");
	if (!word(at, ",caller="))
		wrong(f, "no caller: %.40s", *at);
	r->task = **at == 'T';
	if (!r->task && **at != 'C')
		wrong(f, "caller %.40s", *at);
	(*at)++;
	r->caller = number(f, at, ';');
	if (r->task ? r->context != LFVEC_LOG_TASK :
		      r->context == LFVEC_LOG_TASK || r->caller != r->cpu)
		wrong(f, "caller %u in context %u", r->caller, r->context);
}

/* "type 5: 00ff17" becomes its bytes, in place. */
static void parse_binary(struct follow *f, struct record *r, char *text)
{
	const u8 *at = (u8 *)text;
	u8 *to = (u8 *)text;
	u64 byte;
	char *end;

	r->type = strtoul(text + strlen("type "), &end, 10);
	if (strncmp(end, ": ", 2)) {
		wrong(f, "no type: %.40s", text);
		return;
	}
	r->binary = true;
	r->data = to;
	for (at = (u8 *)end + 2; *at; *to++ = byte) {
		/* the digit after these two is no business of ours */
		u8 pair[3] = { at[0], at[1], ' ' };
		const u8 *digits = pair;

		if (!hex(&digits, 2, ' ', &byte)) {
			wrong(f, "not hexadecimal: %.2s", at);
			return;
		}
		at += 2;
	}
	r->len = to - r->data;
}

/* The lines after the first one, " KEY=value"; values end with a NUL, then. */
static void parse_more(struct follow *f, struct record *r, char *at)
{
	char *to = at, *line;
	u32 len;

	r->fields = at;
	while ((line = strsep(&at, "\n")) && *line) {
		if (*line++ != ' ' || !strchr(line, '='))
			wrong(f, "not a field: %.40s", line);
		len = unescape(f, line);
		if (!strncmp(line, "COMM=", 5)) {
			snprintf(r->comm, sizeof(r->comm), "%.16s", line + 5);
			continue;
		}
		memmove(to, line, len + 1);
		to += len + 1;
	}
	r->fields_len = to - r->fields;
}

/* A line of @len bytes, with a NUL behind it. */
static void take_line(struct follow *f, char *line, ssize_t len)
{
	struct record r = { .partial = len > FOLLOW_LONG };
	char *at = line, *text;

	if (len < 1 || line[len - 1] != '\n' || strlen(line) != (size_t)len) {
		wrong(f, "not a line: %.40s", line);
		return;
	}
	parse_prefix(f, &at, &r);
	text = strsep(&at, "\n");
	if (!at) {
		wrong(f, "no end of line: %.40s", line);
		return;
	}
	if (f->overrun ? r.seq <= f->next : r.seq != f->next)
		wrong(f, "sequence number %llu, overrun: %d", r.seq, f->overrun);
	f->lost += r.seq - f->next;
	f->overrun = false;
	parse_more(f, &r, at);
	if (!strncmp(text, "type ", 5)) {
		parse_binary(f, &r, text);
	} else {
		r.data = (u8 *)text;
		r.len = unescape(f, text);
	}
	check_record(f, &r);
}

/* One read(): 1 if there was a record; 0: no more; or a negative errno. */
static int step_text(struct follow *f)
{
	char line[LFVEC_LOG_LINE_MAX + 1];
	ssize_t len = read(f->fd, line, LFVEC_LOG_LINE_MAX);

	if (len < 0 && errno == EPIPE)
		f->overrun = true;
	if (len <= 0)
		return len ? -errno : 0;
	line[len] = '\0';
	take_line(f, line, len);
	return 1;
}

/* --- in binary -------------------------------------------------------------- */

/* Returns what it takes, or 0 if that makes no sense. */
static u32 take_record(struct follow *f, const void *at, u32 left)
{
	const struct lfvec_log_record *head = at;
	struct record r;

	if (left < sizeof(*head) || head->size > left || head->size % 8 ||
	    sizeof(*head) + head->len > head->size ||
	    head->text_len > head->len) {
		wrong(f, "%u bytes left, %u of them, %u, %u", left,
		      left < sizeof(*head) ? 0 : head->size, head->len,
		      head->text_len);
		return 0;
	}
	if (head->seq != f->next)
		wrong(f, "sequence number %llu", head->seq);
	r = (struct record){
		.seq = head->seq, .cpu = head->cpu, .type = head->type,
		.level = head->level, .facility = head->facility,
		.context = head->context, .cut = head->flags & LFVEC_LOG_CUT,
		.binary = head->flags & LFVEC_LOG_BINARY,
		.data = (const u8 *)(head + 1),
	};
	memcpy(r.comm, head->comm, sizeof(head->comm));
	r.len = r.binary ? head->len : head->text_len;
	r.fields = (const char *)r.data + head->text_len;
	r.fields_len = r.binary ? 0 : head->len - head->text_len;
	if (r.fields_len && r.fields[r.fields_len - 1])
		wrong(f, "fields without an end");
	else
		check_record(f, &r);
	return head->size;
}

/* One call: how many records there were; 0: no more; or a negative errno. */
static int step_binary(struct follow *f, u32 size, u32 flags)
{
	static u64 buf[FOLLOW_BATCH / sizeof(u64)];
	struct lfvec_log_read arg = {
		.buf = (uintptr_t)buf, .size = size, .flags = flags,
	};
	u32 at = 0, nr, took;

	if (ioctl(f->fd, LFVEC_LOG_READ, &arg))
		return -errno;
	f->lost += arg.lost;
	__atomic_store_n(&f->next, f->next + arg.lost, __ATOMIC_RELEASE);
	for (nr = 0; nr < arg.nr; nr++, at += took) {
		took = take_record(f, (u8 *)buf + at, arg.size - at);
		if (!took)
			return -EBADMSG;
	}
	if (arg.seq != f->next || at != arg.size)
		wrong(f, "%u records, %u bytes of %u, and next is %llu", nr, at,
		      arg.size, arg.seq);
	return nr;
}

/* --- in the manners --------------------------------------------------------- */

static int step_poll(struct follow *f)
{
	struct pollfd pfd = { .fd = f->fd, .events = POLLIN | POLLPRI };
	u64 lost = f->lost;
	int got;

	__atomic_store_n(&f->waiting, true, __ATOMIC_RELAXED);
	got = poll(&pfd, 1, -1);
	__atomic_store_n(&f->waiting, false, __ATOMIC_RELAXED);
	if (got < 0)
		return -errno;
	if (pfd.revents & (POLLIN | POLLHUP))
		got = f->manner == FOLLOW_POLL_TEXT ? step_text(f) :
		      step_binary(f, FOLLOW_ONE, 0);
	else
		wrong(f, "poll() says %x", pfd.revents);
	if (got == -EAGAIN)
		wrong(f, "poll() says %x, and there is nothing", pfd.revents);
	if (pfd.revents & POLLERR && f->lost == lost && !f->overrun)
		wrong(f, "poll() says %x, and nothing was lost", pfd.revents);
	while (got > 0)
		got = f->manner == FOLLOW_POLL_TEXT ? step_text(f) :
		      step_binary(f, FOLLOW_ONE, LFVEC_LOG_READ_NOWAIT);
	return got == -EAGAIN ? 1 : got;
}

static int step_wait(struct follow *f)
{
	int got;

	__atomic_store_n(&f->waiting, true, __ATOMIC_RELAXED);
	got = f->manner == FOLLOW_BINARY ? step_binary(f, FOLLOW_BATCH, 0) :
	      step_text(f);
	__atomic_store_n(&f->waiting, false, __ATOMIC_RELAXED);
	return got;
}

static int step_spin(struct follow *f)
{
	int got = step_binary(f, FOLLOW_ONE, LFVEC_LOG_READ_NOWAIT);

	if (got != -EAGAIN)
		return got;
	sched_yield();
	return 1;
}

/*
 * Read once, or what there is at once. Returns a positive number; 0 if there will be
 * no more; or a negative errno.
 */
int follow_step(struct follow *f)
{
	int got;

	switch (f->manner) {
	case FOLLOW_POLL_TEXT:
	case FOLLOW_POLL_BINARY:
		got = step_poll(f);
		break;
	case FOLLOW_SPIN:
		got = step_spin(f);
		break;
	case FOLLOW_SLOW:
		usleep(f->pause);
		got = step_wait(f);
		break;
	default:
		got = step_wait(f);
	}
	/* what was lost will be known with the next record */
	return got == -EPIPE && f->overrun ? 1 : got;
}

/* Until there will be no more, or something is wrong. */
void follow_run(struct follow *f)
{
	int got;

	do
		got = follow_step(f);
	while ((got > 0 || got == -EINTR) && !f->wrong[0]);
	if (got < 0)
		wrong(f, "%s", strerror(-got));
	else
		f->over = true;
}

/* Returns 0 or a negative errno. Begins with the oldest record, unless @at_end. */
int follow_open(struct follow *f, const char *name, enum follow_manner manner,
		bool at_end)
{
	bool poll = manner == FOLLOW_POLL_TEXT || manner == FOLLOW_POLL_BINARY;
	struct lfvec_log_info info;
	char path[64];

	memset(f, 0, sizeof(*f));
	f->manner = manner;
	snprintf(path, sizeof(path), "/dev/lfvec/%s", name);
	f->fd = open(path, O_RDONLY | O_CLOEXEC | (poll ? O_NONBLOCK : 0));
	if (f->fd < 0)
		return -errno;
	if ((at_end && lseek(f->fd, 0, SEEK_END)) ||
	    ioctl(f->fd, LFVEC_LOG_INFO, &info))
		return -errno;
	f->next = info.cursor;
	f->whole = !info.next;
	return 0;
}

/* --- from outside ------------------------------------------------------------ */

/* Does this process sleep? Then it waits for something else than a CPU. */
static bool asleep(pid_t pid)
{
	char path[32], stat[512] = "";
	const char *at;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	if (!file)
		return false;
	if (!fgets(stat, sizeof(stat), file))
		stat[0] = '\0';
	fclose(file);
	at = strrchr(stat, ')');
	return at && (at[2] == 'S' || at[2] == 'D');
}

/*
 * Has it slept all the time while there was a record for it? To be called now and
 * then, with the sequence number of what the log has next.
 */
bool follow_stuck(struct follow *f, pid_t pid, u64 end, struct follow_watch *w)
{
	u64 next = follow_next(f), now = follow_ms();
	bool late = now - w->looked > FOLLOW_LATE;

	w->looked = now;
	if (late || next >= end || next != w->next || !asleep(pid) ||
	    !__atomic_load_n(&f->waiting, __ATOMIC_RELAXED) ||
	    follow_next(f) != next) {
		w->next = next;
		w->since = now;
		return false;
	}
	return now - w->since > FOLLOW_PATIENCE;
}

/* --- what a storm says ------------------------------------------------------- */

u64 follow_written(const struct lfvec_stress_storm *s)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < LFVEC_STRESS_CONTEXTS; i++)
		sum += s->written[i];
	return sum;
}

u64 follow_dropped(const struct lfvec_stress_storm *s,
		   enum lfvec_stress_storm_drop why)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < LFVEC_STRESS_CONTEXTS; i++)
		sum += s->dropped[i][why];
	return sum;
}

/* Where there was no room, the log alone knows why. */
static bool drops_agree(const struct lfvec_stress_storm *s)
{
	u64 full = follow_dropped(s, LFVEC_STRESS_DROP_FULL);
	u64 memory = follow_dropped(s, LFVEC_STRESS_DROP_MEMORY);
	u64 busy = follow_dropped(s, LFVEC_STRESS_DROP_BUSY);
	u64 log_busy = s->log_dropped[LFVEC_LOG_DROP_NESTED] +
		       s->log_dropped[LFVEC_LOG_DROP_RATE];

	return full <= s->log_dropped[LFVEC_LOG_DROP_FULL] &&
	       memory <= s->log_dropped[LFVEC_LOG_DROP_MEMORY] &&
	       busy <= log_busy &&
	       full + memory + busy + follow_dropped(s, LFVEC_STRESS_DROP_RESERVE) ==
	       s->log_dropped[LFVEC_LOG_DROP_FULL] +
	       s->log_dropped[LFVEC_LOG_DROP_MEMORY] + log_busy;
}

/*
 * Do the counts of those who wrote agree with those of the log, if nobody else did?
 * Returns what does not, or NULL. A line may be cut for want of memory, too.
 */
const char *follow_judge(const struct lfvec_stress_storm *s)
{
	u64 written = follow_written(s);

	if (written != s->next - s->first)
		return "written, and the log's sequence numbers, do not agree";
	if (written != s->log_written)
		return "written, and the log's count of that, do not agree";
	if (!drops_agree(s))
		return "dropped, and the log's count of that, do not agree";
	if (follow_dropped(s, LFVEC_STRESS_DROP_OTHER))
		return "dropped for an unknown reason";
	if (s->cut > s->log_cut || s->log_cut > written)
		return "cut, and the log's count of that, do not agree";
	if (s->unordered)
		return "a writer's sequence numbers did not rise";
	if (s->peak > s->limit)
		return "more memory than its limit";
	return NULL;
}
