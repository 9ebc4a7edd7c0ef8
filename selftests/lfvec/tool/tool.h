/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside the lfvec tool
 */
#ifndef LFVEC_TOOL_H
#define LFVEC_TOOL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdnoreturn.h>

#include <linux/lfvec_stress.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define TOOL_VERSION	"0.1.0"
#define TOOL_DATE	"2026-11-26"	/* of that, for the man page */

#define VECTOR_DIR	"/sys/kernel/debug/lfvec"	/* all names are there */

/* Exit codes, as documented in --help. */
enum {
	EXIT_CLEAN	= 0,
	EXIT_CHECK	= 1,	/* a check failed, or an operation said no */
	EXIT_USAGE	= 2,
	EXIT_RESOURCES	= 3,
	EXIT_MISSING	= 4,	/* no module, no permission, too old */
	EXIT_UNDECIDED	= 5,	/* of lfvec check */
};

/*
 * struct opt - an option of a command
 *
 * @key:   what next_option() returns
 * @brief: "-KEY" is the same
 * @arg:   what follows it, as --help calls that, or NULL
 * @what:  what it does; line breaks in it count as spaces
 * @words: what @arg may be, for completion, if that is a choice
 */
struct opt {
	int			key;
	bool			brief;
	const char		*name;
	const char		*arg;
	const char		*what;
	const char * const	*words;
	u32			nr;
};

#define OPT(_key, _name, _arg, _what)					\
	{ .key = _key, .name = _name, .arg = _arg, .what = _what }
#define OPT_BRIEF(_key, _name, _arg, _what)				\
	{ .key = _key, .brief = true, .name = _name, .arg = _arg, .what = _what }
#define OPT_WORDS(_key, _name, _arg, _what, _words, _nr)		\
	{ .key = _key, .name = _name, .arg = _arg, .what = _what,	\
	  .words = _words, .nr = _nr }
#define OPT_END	{ .name = NULL }

#define OPT_TABLES	4
#define OPTIONS_MAX	48

struct command_set;

/*
 * struct command - one of lfvec, or one of a command of it
 *
 * @args: what else it takes. VECTOR, LOG and FILE are completed as such.
 * @fn:   runs it, or NULL if it is a set of commands
 * @more: what else there is to say; of its lines, those that are indented stay as
 *	  they are
 */
struct command {
	const char		*name;
	const char		*args;
	const char		*what;
	int			(*fn)(int argc, char **argv);
	const struct opt	*opts[OPT_TABLES];
	const char		*more;
	const struct command_set *set;
};

/* What there is to choose from: commands of lfvec, or of one of its commands. */
struct command_set {
	const char		*name;
	const char		*what;
	const struct command	*commands;
	size_t			nr;
};

extern const struct command *command;	/* the one that runs */

/* main.c */
noreturn void usage(const char *fmt, ...);
noreturn void die(int code, const char *fmt, ...);
const struct command *find_command(const struct command_set *set,
				   const char *name);
void catch_signals(void);
bool was_interrupted(void);

/* options.c */
u32 command_opts(const struct command *c, const struct opt **all);
int next_option(int argc, char **argv);
char **rest_of(int argc, char **argv, int least, int most);
bool just_say(const char *fmt, ...);
bool is_dry_run(void);
void check_writable(const char *path);
extern const struct opt json_opts[], dry_opts[];

/* help.c, man.c, complete.c */
noreturn void help_command(void);
void help_set(const struct command_set *set);
#define EXITS	6
extern const char * const exit_texts[EXITS];
void print_man(const struct command_set *set);
int complete(const struct command_set *set, int argc, char **argv);
void print_completion(void);

/* device.c */
int dev_open(void);
int dev_attach(const char *name, struct lfvec_stress_vec *vec);
int dev_call(int fd, unsigned long cmd, void *arg);
void dev_must(int fd, unsigned long cmd, void *arg, const char *what);
int dev_exit_code(int err);
bool dev_is_newer(void);
int dev_try_attach(const char *name, struct lfvec_stress_vec *vec);
void dev_check_name(const char *name);

/* missing.c */
noreturn void die_absent(const char *what, const char *module);
noreturn void die_refused(const char *what, const char *who);
noreturn void die_nameless(int err);
noreturn void die_of(int err, const char *what);

/* parse.c */
u64 parse_u64(const char *what, const char *s, u64 max);
u64 parse_count(const char *what, const char *s, u64 max);
u32 parse_ms(const char *what, const char *s);
u64 parse_bytes(const char *what, const char *s);
u64 parse_ns(const char *what, const char *s);
u32 parse_mode(const char *what, const char *s);
u32 parse_name(const char *what, const char *s, const char * const *names,
	       u32 nr);
u32 parse_names(const char *what, char *s, const char * const *names, u32 nr);
u32 parse_level(const char *s);
void parse_mix(char *s, u32 *mix);
u32 parse_contexts(char *s);
u32 parse_form(char *s);
const char *form_name(u32 form);

#define FORMS	4
extern const char * const form_names[FORMS];
extern const char * const op_names[LFVEC_STRESS_OPS_ALL];
extern const char * const context_names[LFVEC_STRESS_CONTEXTS];

#define LEVELS	8
extern const char * const level_names[LEVELS];

struct range {
	u64	first;
	u64	last;
};

struct ranges {
	unsigned int	nr;	/* 0: all there is */
	struct range	range[32];
};

void parse_ranges(const char *what, char *s, u64 max, struct ranges *r);
bool in_ranges(const struct ranges *r, u64 value);

/* text.c */
size_t utf8_char(const u8 *s, size_t len, u32 *c);
bool is_unsafe(u32 c);
bool utf8_valid(const void *s, size_t len);
void print_safely(const void *s, size_t len);
void print_hex(const void *data, size_t len);

/* load.c: what run and drive have in common */
struct load {
	u32	workers;
	u32	esize;
	u32	values;
	u32	batch;
	u32	duration;
	u64	ops;
	u64	first;
	u64	max;
	u64	seed;
	u32	mix[LFVEC_STRESS_OPS_ALL];
	bool		json;
	bool		quiet;
	bool		progress;
};

void load_defaults(struct load *l);
bool load_option(struct load *l, int opt, char *arg);
void load_check(struct load *l);
void check_form(u32 form, u32 esize, u64 first, u64 max);
void check_limit(const char *what, u64 value, u32 esize);
void load_print(const struct load *l, const char *who);
void load_json(const struct load *l);
void load_progress(const struct load *l, u64 ops, u64 ns);
void load_progress_end(void);

extern const struct opt load_opts[];

/* json.c */
void json_open(const char *key, char bracket);
void json_close(char bracket);
void json_u64(const char *key, u64 value);
void json_fixed(const char *key, double value);
void json_str(const char *key, const char *value);
void json_text(const char *key, const void *text, size_t len);
void json_hex(const char *key, const void *data, size_t len);
void json_bool(const char *key, bool value);
void json_end(void);

/* report.c */
const char *impl_name(u32 impl);
void report_verdict(const char *who, const struct lfvec_stress_result *res);
bool report_clean(const struct lfvec_stress_result *res);
void report_result(const struct load *l, const struct lfvec_stress_result *res);
void report_json(const struct lfvec_stress_result *res);
void report_stats(const struct lfvec_stress_stats *s);
void report_stats_json(const struct lfvec_stress_stats *s);

/* commands */
int cmd_run(int argc, char **argv);
int cmd_drive(int argc, char **argv);
int cmd_info(int argc, char **argv);
int cmd_stat(int argc, char **argv);
int cmd_create(int argc, char **argv);
int cmd_drop(int argc, char **argv);
int cmd_push(int argc, char **argv);
int cmd_pop(int argc, char **argv);
int cmd_load(int argc, char **argv);
int cmd_peek(int argc, char **argv);
int cmd_store(int argc, char **argv);
int cmd_xchg(int argc, char **argv);
int cmd_cmpxchg(int argc, char **argv);
int cmd_truncate(int argc, char **argv);
int cmd_clear(int argc, char **argv);
int cmd_size(int argc, char **argv);
int cmd_reserve(int argc, char **argv);
int cmd_oldest(int argc, char **argv);
int cmd_shrink(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_storm(int argc, char **argv);
int cmd_logcost(int argc, char **argv);
int cmd_bench(int argc, char **argv);
int cmd_hist(int argc, char **argv);
int cmd_top(int argc, char **argv);
extern const struct opt run_opts[], drive_opts[], create_opts[], value_opts[],
			change_opts[], push_opts[], storm_opts[], logcost_opts[],
			check_opts[], bench_opts[], hist_opts[], top_opts[];
extern const char run_more[], value_more[], logcost_more[], check_more[],
		  bench_more[], storm_more[], hist_more[], top_more[];
extern const struct command_set log_set;

/* record.c */
u32 record_size(const struct load *l, u32 workers, u64 fill);
u64 record_save(int fd, const char *path, const struct load *l, u32 impl,
		u32 form, bool clock);

/* log_make.c */
void check_log(const struct lfvec_stress_log *log);

/* cost.c */
void cost_all(int fd, u32 esize, u32 ops, const char *unit, bool json);

#endif /* LFVEC_TOOL_H */
