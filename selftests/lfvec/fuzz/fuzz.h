/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside the fuzzer.
 *
 * A call is a 64-bit word: its lower half chooses which call, all of it seeds the
 * arguments. So a sequence of calls is a list of words, which can be printed, kept,
 * mutated and repeated. Nothing of it depends on what calls return.
 */
#ifndef LFVEC_FUZZ_H
#define LFVEC_FUZZ_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include <linux/lfvec_log.h>
#include <linux/lfvec_stress.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

#define HANDS_MAX	64	/* threads that make calls */
#define CALLS_MAX	96	/* kinds of calls */
#define ERRNOS		140	/* that are counted apart */
#define LAST		32	/* calls that are shown after a failure */

#define STRESS_FDS	6	/* slots of a worker for open files */
#define LOG_FDS		12
#define NAMES		6	/* vectors, and logs */

struct rnd {
	u64 state;
};

u64 rnd(struct rnd *r);
u32 below(struct rnd *r, u32 n);
bool one_in(struct rnd *r, u32 n);
u64 mix(u64 a, u64 b, u64 c);
u64 odd_value(struct rnd *r);

/*
 * struct hand_state - a thread that makes calls, as all processes see it
 *
 * @since: ms, when the call began; 0 if there is none
 * @done:  calls made
 * @last:  their words, and results
 * @count: by call and errno, 0 for success
 * @valid: calls that could succeed
 */
struct hand_state {
	u64	since;
	u64	done;
	pid_t	pid;
	pid_t	tid;
	struct {
		u64	word;
		long	ret;
	} last[LAST];
	u32	count[CALLS_MAX][ERRNOS];
	u32	valid[CALLS_MAX];
};

/* What is shared by all processes. */
struct state {
	bool			stop;
	bool			failed;
	struct hand_state	hand[HANDS_MAX];
};

struct options {
	u64		seed;
	u64		calls;
	unsigned int	workers;
	unsigned int	hands;
	unsigned int	hang;	/* s */
	unsigned int	seconds;
	bool		user;
	bool		verbose;
	const char	*replay;
};

extern struct options options;
extern struct state *state;

/* Files of a worker, which its hands share. */
struct files {
	int	stress[STRESS_FDS];
	int	log[LOG_FDS];
	int	gifts;		/* socket that brings open files */
};

/*
 * struct hand - the same, as it sees itself
 *
 * @host:    one of root's that makes logs for users, and opens files for them
 * @bad:     this call must fail
 * @tricked: one of its pointers may be bad
 * @data:    memory for elements and text, which ends where nothing is mapped
 * @arg:     memory for structs, likewise
 */
struct hand {
	struct hand_state	*state;
	struct files		*files;
	unsigned int		nr;
	bool			user;
	bool			host;
	bool			bad;
	bool			tricked;
	u8			*data;
	u8			*arg;
	struct kcov		*kcov;
	FILE			*replay;
	char			text[512];
	size_t			text_len;
};

/* main.c */
void fail(const struct hand *h, const char *fmt, ...);
void note(struct hand *h, const char *fmt, ...);

/* memory.c */
#define DATA_SIZE	(64 * 4096)	/* the largest batch */
#define ARG_SIZE	8192

void memory_shared(void);
void memory_own(struct hand *h);
u64 memory_pointer(struct hand *h, struct rnd *r, size_t size);
void *memory_arg(struct hand *h, struct rnd *r, const void *image, size_t size);
bool memory_arg_kept(const struct hand *h, const void *arg, size_t size);
void memory_clean(const struct hand *h);
void memory_text(struct hand *h, struct rnd *r, size_t size);
long memory_change(struct rnd *r, const char **what);

/* struct.c */
enum field_kind {
	FIELD_ANY,	/* whatever it is, it is right */
	FIELD_FIX,	/* as @fix makes it */
	FIELD_ZERO,	/* must be zero */
	FIELD_RANGE,	/* LEAST to MOST; above CAP it must fail */
	FIELD_BITS,	/* some of MOST; beyond CAP it must fail */
	FIELD_INDEX,	/* of an element, perhaps */
	FIELD_BUF,	/* a pointer to MOST bytes */
	FIELD_VECTOR,	/* a name */
	FIELD_LOG,
};

enum field_limit { LEAST, MOST, CAP, LIMITS };

/* All of a struct have one, in order; the last one has no name. */
struct field {
	const char	*name;
	u16		at;
	u16		size;	/* up to the next one */
	enum field_kind	kind;
	u64		limit[LIMITS];
};

#define FIELD(_type, _name, _kind, ...)					\
	{ #_name, offsetof(struct _type, _name), 0, FIELD_##_kind, { __VA_ARGS__ } }
#define FIELD_END	{ NULL, 0, 0, FIELD_ANY, { 0 } }

/*
 * struct command - an ioctl
 *
 * @fix: make what was chosen for each field alone fit together
 */
struct command {
	unsigned long	cmd;
	struct field	*field;
	void		(*fix)(struct rnd *r, void *arg);
	u16		size;
	u16		fields;
};

void command_prepare(struct command *c);
void struct_make(struct hand *h, struct rnd *r, const struct command *c, u8 *image);
long command_call(struct hand *h, struct rnd *r, int fd, const struct command *c);
void name_choose(struct rnd *r, char *name, bool log);

/* A call: by which name, how often, what it does; returns as the system call. */
struct call {
	const char	*name;
	u16		weight;
	u16		host;		/* how often a host makes it */
	long		(*fn)(struct hand *h, struct rnd *r, const struct call *call);
	struct command *command;
};

extern const struct call calls_stress[], calls_log[], calls_other[];
extern const unsigned int nr_calls_stress, nr_calls_log, nr_calls_other;

int slot_get(int *slot);
void slot_put(int *slot, int fd);

/* kcov.c */
#define SEQUENCE	12	/* calls in a row, that are judged together */

void corpus_init(void);
struct kcov *kcov_open(void);
void kcov_enable(struct kcov *kcov);
unsigned int corpus_choose(struct kcov *kcov, struct rnd *r, u64 *word);
void kcov_begin(struct kcov *kcov);
void kcov_end(struct kcov *kcov, struct rnd *r, const u64 *word, unsigned int nr);
void corpus_report(void);

#endif /* LFVEC_FUZZ_H */
