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

extern const struct command *command;	/* the one that runs */
extern int interrupted;			/* by a signal */

/* main.c */
noreturn void usage(const char *fmt, ...);
noreturn void die(int code, const char *fmt, ...);
noreturn void help_command(void);
void catch_signals(void);

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
void parse_mix(char *s, u32 *mix);
u32 parse_contexts(char *s);
u32 parse_form(char *s);
const char *form_name(u32 form);
extern const char * const op_names[LFVEC_STRESS_OPS];
extern const char * const context_names[LFVEC_STRESS_CONTEXTS];

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
	u32	mix[LFVEC_STRESS_OPS];
	bool		json;
	bool		quiet;
	bool		progress;
};

void load_defaults(struct load *l);
struct option;
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
	"                   cmpxchg, push_many, pop_many, truncate\n"	\
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
void json_bool(const char *key, bool value);

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
extern const char run_help[], drive_help[], create_help[], value_help[];

/* cost.c */
void cost_all(int fd, u32 esize, u32 ops, const char *unit, bool json);

#endif /* LFVEC_TOOL_H */
