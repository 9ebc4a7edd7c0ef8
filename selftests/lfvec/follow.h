/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Follow a log, in one of several manners, and check each record that a storm wrote:
 * see struct lfvec_stress_payload
 */
#ifndef LFVEC_FOLLOW_H
#define LFVEC_FOLLOW_H

#include <stdbool.h>
#include <sys/types.h>

#include <linux/lfvec_log.h>
#include <linux/lfvec_stress.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;

/* How a log is read. */
enum follow_manner {
	FOLLOW_TEXT,		/* read(), which waits */
	FOLLOW_BINARY,		/* LFVEC_LOG_READ, which waits */
	FOLLOW_POLL_TEXT,	/* poll(), then all that is there, as text */
	FOLLOW_POLL_BINARY,	/* poll(), then all that is there, one at a time */
	FOLLOW_SLOW,		/* as text, with a pause before each */
	FOLLOW_SPIN,		/* LFVEC_LOG_READ over and over, never waits */
	FOLLOW_MANNERS,
};

extern const char * const follow_names[FOLLOW_MANNERS];

#define FOLLOW_WRITERS	1024

/* The last record of a writer, and how many others were lost until then. */
struct follow_writer {
	bool	known;
	u32	id;
	u64	count;
	u64	lost;
};

/*
 * struct follow - a reader, in memory that others may share, to look at it
 *
 * @whole:   no record was written before it began, so that it may miss none
 * @pause:   us, of FOLLOW_SLOW
 * @overrun: it has been told that records are lost, but not yet how many
 * @waiting: it is in a call that may wait for a record
 * @over:    it has come to the end of a log that was destroyed
 * @next:    the record that it reads next
 * @seen:    records read
 * @lost:    records that were gone before
 * @cut:     of those read, how many were cut
 * @foreign: and how many were none of a storm's
 * @wrong:   the first thing that was wrong; empty if nothing was
 */
struct follow {
	int			fd;
	enum follow_manner	manner;
	bool			whole;
	u32			pause;
	bool			overrun;
	bool			waiting;
	bool			over;
	u64			next;
	u64			seen;
	u64			lost;
	u64			cut;
	u64			foreign;
	char			wrong[200];
	struct follow_writer	writer[FOLLOW_WRITERS];
};

/* What those who look at a reader from outside remember of it. */
struct follow_watch {
	u64	next;
	u64	since;
	u64	looked;		/* the last time */
};

u64 follow_ms(void);
int follow_open(struct follow *f, const char *name, enum follow_manner manner,
		bool at_end);
int follow_step(struct follow *f);
void follow_run(struct follow *f);
bool follow_stuck(struct follow *f, pid_t pid, u64 end, struct follow_watch *w);
u64 follow_written(const struct lfvec_stress_storm *s);
u64 follow_dropped(const struct lfvec_stress_storm *s,
		   enum lfvec_stress_storm_drop why);
const char *follow_judge(const struct lfvec_stress_storm *s);

static inline u64 follow_next(const struct follow *f)
{
	return __atomic_load_n(&f->next, __ATOMIC_ACQUIRE);
}

#endif /* LFVEC_FOLLOW_H */
