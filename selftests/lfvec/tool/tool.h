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

/* Exit codes, as documented in --help. */
enum {
	EXIT_CLEAN	= 0,
	EXIT_CHECK	= 1,	/* a check failed, or an operation said no */
	EXIT_USAGE	= 2,
	EXIT_RESOURCES	= 3,
	EXIT_MISSING	= 4,	/* no module, no permission, too old */
};

struct command {
	const char	*name;
	const char	*args;
	const char	*what;
	int		(*fn)(int argc, char **argv);
	const char	*help;	/* of its options; NULL for the common ones */
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
noreturn void help_command(void);
int run_command(const struct command_set *set, int argc, char **argv);
void catch_signals(void);
bool was_interrupted(void);

/* device.c */
int dev_open(void);
int dev_attach(const char *name, struct lfvec_stress_vec *vec);
int dev_call(int fd, unsigned long cmd, void *arg);
void dev_must(int fd, unsigned long cmd, void *arg, const char *what);
int dev_exit_code(int err);

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
struct option;
const struct option *join_options(const struct option *a,
				  const struct option *b);

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
const struct option *load_options(const struct option *own);
bool load_option(struct load *l, int opt, char *arg);
void load_check(struct load *l);
void load_print(const struct load *l, const char *who);
void load_json(const struct load *l);
void load_progress(const struct load *l, u64 ops, u64 ns);
void load_progress_end(void);

#define LOAD_SHORT	"hjq"

#define LOAD_HELP							\
	"  --ops N          stop after N operations in all (default 1M)\n" \
	"  --duration TIME  stop after TIME: 500ms, 10s, 5m\n"		\
	"  --values K       push only K distinct values (default 2), or\n" \
	"                   'unique'\n"					\
	"  --mix LIST       percent of each operation (default\n"	\
	"                   push=50,pop=50), of push, pop, load, xchg,\n" \
	"                   cmpxchg, push_many, pop_many; run also has\n" \
	"                   truncate, peek, store, size, oldest\n"	\
	"  --esize BYTES    size of an element (default 8)\n"		\
	"  --first N        slots in the first bucket (default 2)\n"	\
	"  --max N          most elements\n"				\
	"  --batch N        elements of push_many, pop_many (default 16)\n" \
	"  --seed N         of the random numbers (default 1)\n"	\
	"  --json           print JSON\n"				\
	"  --progress       show progress even if stderr is no terminal\n" \
	"  --quiet          print the verdict only\n"

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
int cmd_log(int argc, char **argv);
extern const char run_help[], drive_help[], create_help[], value_help[];
extern const char storm_help[], logcost_help[], check_help[], bench_help[];

/* record.c */
u32 record_size(const struct load *l, u32 workers, u64 fill);
u64 record_save(int fd, const char *path, const struct load *l, u32 impl,
		u32 form, bool clock);

/* cost.c */
void cost_all(int fd, u32 esize, u32 ops, const char *unit, bool json);

#endif /* LFVEC_TOOL_H */
