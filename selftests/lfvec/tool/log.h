/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside lfvec log
 */
#ifndef LFVEC_TOOL_LOG_H
#define LFVEC_TOOL_LOG_H

#include "tool.h"

#include <linux/lfvec_log.h>

#define LOG_DIR		"/dev/lfvec"
#define NS_PER_S	1000000000

extern const char * const log_policy_names[2];
extern const char * const log_clock_names[LFVEC_LOG_CLOCKS];

/* log_device.c */
noreturn void log_none(void);
int log_open(const char *name, int flags, struct lfvec_log_info *info);
int log_open_quietly(const char *name, int flags, struct lfvec_log_info *info);
void log_get_info(int fd, const char *name, struct lfvec_log_info *info);
void log_set_level(const char *name, u32 level);
char **log_arguments(int argc, char **argv, int least, int most, bool *json);

/* log_read.c: records, from a log or from what 'export --format binary' wrote */
struct log_reader {
	const char	*name;
	int		fd;
	FILE		*file;		/* NULL: a log, by @fd */
	struct lfvec_log_info info;	/* as of the last log_sync() */
	s64		wall;		/* CLOCK_REALTIME at info.now */
	u8		*buf;
	u32		size;		/* bytes in @buf */
	u32		next;		/* where in them the next record is */
	u64		lost;		/* records, of which nobody was told yet */
	bool		dead;		/* no more will come */
	bool		seek;		/* the next read begins at @from */
	u64		from;
};

struct log_file_head {
	char	magic[8];
	u32	version;
	u32	size;
	s64	wall;
	struct lfvec_log_info info;
};

/* Then these, with so many records behind each, as LFVEC_LOG_READ has it. */
struct log_file_chunk {
	u64	lost;
	u32	size;
	u32	nr;
};

#define LOG_FILE_MAGIC		"lfveclog"
#define LOG_FILE_VERSION	1

void log_reader_open(struct log_reader *r, const char *name, bool oldest);
void log_reader_after(struct log_reader *r, u64 seq, u64 time);
void log_reader_open_file(struct log_reader *r, const char *file);
void log_reader_close(struct log_reader *r);
void log_sync(struct log_reader *r);
const struct lfvec_log_record *log_peek(struct log_reader *r);
void log_take(struct log_reader *r);
bool log_wait(struct log_reader *r, s64 ns);

static inline const char *log_text(const struct lfvec_log_record *rec)
{
	return (const char *)(rec + 1);
}

/* log_time.c */
enum log_time {
	LOG_TIME_MONO,
	LOG_TIME_LOCAL,
	LOG_TIME_ISO,
	LOG_TIME_RELATIVE,
	LOG_TIME_DELTA,
	LOG_TIMES,
};

struct log_when {
	enum {
		LOG_WHEN_UNSET,
		LOG_WHEN_CLOCK,		/* of the log */
		LOG_WHEN_AGO,
		LOG_WHEN_WALL,
	} kind;
	s64	ns;
};

extern const char * const log_time_names[LOG_TIMES];
struct log_when parse_when(const char *what, const char *s);
s64 log_when(const struct log_when *when, const struct log_reader *r, s64 unset);
void log_iso_time(const struct log_reader *r, u64 time, char *buf, size_t size);
void log_print_time(const struct log_reader *r, u64 time, enum log_time how,
		    s64 since);

/* log_filter.c */
struct log_filter {
	u32		levels;		/* a bit for each */
	u32		contexts;
	struct ranges	cpus;
	struct ranges	pids;
	struct ranges	types;
	bool		binary;		/* those of @types */
	const char	*comm;
	bool		kernel;
	bool		user;
	const char	*text;
	bool		fold;		/* upper and lower case are the same */
	struct log_when	since;
	struct log_when	until;
	s64		first;		/* @since and @until, by the log's clock */
	s64		last;
};

extern const struct opt log_filter_opts[];
void log_filter_init(struct log_filter *f);
bool log_filter_option(struct log_filter *f, int opt, char *arg);
void log_filter_times(struct log_filter *f, const struct log_reader *r);
bool log_filter_match(const struct log_filter *f,
		      const struct lfvec_log_record *rec);

/* log_format.c, log_syslog.c, log_kmsg.c */
struct log_output {
	const struct log_format *format;
	const struct log_reader *reader;
	enum log_time	time;
	bool		color;
	bool		details;
	bool		begun;		/* by a record, at @last */
	s64		last;
	s64		start;
};

/*
 * What comes out. @note tells of records that were lost, or with 0, that there will
 * be no more.
 */
struct log_format {
	const char	*name;
	void		(*begin)(struct log_output *out);
	void		(*record)(struct log_output *out,
				  const struct lfvec_log_record *rec);
	void		(*note)(struct log_output *out, u64 lost);
};

extern const struct log_format log_as_text, log_as_json, log_as_syslog,
			       log_as_kmsg, log_as_dmesg, log_as_binary;

#define LOG_FORMATS	6
#define LOG_COLORS	3
extern const char * const log_format_names[LOG_FORMATS];
extern const char * const log_color_names[LOG_COLORS];
const struct log_format *log_format(const char *name);
bool log_color(const char *when);
void log_json_record(const struct log_output *out,
		     const struct lfvec_log_record *rec);
void log_json_note(u64 lost);
const char *log_next_field(const struct lfvec_log_record *rec,
			   const char *field, size_t *len);

/* commands */
int cmd_log_list(int argc, char **argv);
int cmd_log_info(int argc, char **argv);
int cmd_log_show(int argc, char **argv);
int cmd_log_follow(int argc, char **argv);
int cmd_log_export(int argc, char **argv);
int cmd_log_create(int argc, char **argv);
int cmd_log_drop(int argc, char **argv);
extern const struct opt log_show_opts[], log_which_opts[], log_export_opts[],
			log_create_opts[];
extern const char log_export_more[], log_create_more[];

#endif /* LFVEC_TOOL_LOG_H */
