// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec log - read and steer the logs of subsystems
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

#define DUMP_MAX	1000
#define DUMP_DEFAULT	20
#define FACILITY_USER	1

static int cmd_log_clear(int argc, char **argv)
{
	char **arg = log_arguments(argc, argv, 1, 1, NULL);
	struct lfvec_log_info info;
	int fd = log_open(arg[0], O_WRONLY, &info);

	if (just_say("hide what is in %s so far, but from --all", arg[0]))
		return EXIT_CLEAN;
	dev_must(fd, LFVEC_LOG_CLEAR, NULL, arg[0]);
	return EXIT_CLEAN;
}

static int cmd_log_level(int argc, char **argv)
{
	char **arg = log_arguments(argc, argv, 1, 2, NULL);
	struct lfvec_log_info info;
	u32 level;

	if (arg[1]) {
		level = parse_level(arg[1]);
		close(log_open(arg[0], O_WRONLY, &info));
		if (!just_say("take into %s %s and what is more severe", arg[0],
			      level_names[level]))
			log_set_level(arg[0], level);
		return EXIT_CLEAN;
	}
	close(log_open(arg[0], O_RDONLY, &info));
	if (info.level >= LEVELS)
		die(EXIT_CHECK, "%s: level %u", arg[0], info.level);
	printf("%s\n", level_names[info.level]);
	return EXIT_CLEAN;
}

static int cmd_log_dump(int argc, char **argv)
{
	char **arg = log_arguments(argc, argv, 1, 2, NULL);
	struct lfvec_log_info info;
	u32 nr = DUMP_DEFAULT;
	int fd;

	if (arg[1])
		nr = parse_u64("dump", arg[1], DUMP_MAX);
	fd = log_open(arg[0], O_WRONLY, &info);
	if (just_say("print the last %u records of %s into the kernel log", nr,
		     arg[0]))
		return EXIT_CLEAN;
	dev_must(fd, LFVEC_LOG_DUMP, &nr, arg[0]);
	return EXIT_CLEAN;
}

/* The level is always said, so that no text is taken for one. Returns the length. */
static int make_record(char *line, u32 level, const char *text)
{
	int len = snprintf(line, LFVEC_LOG_RECORD_MAX + 1, "<%u>%s",
			   FACILITY_USER << 3 | level, text);

	if (len > LFVEC_LOG_RECORD_MAX)
		usage("a record has at most %d bytes, with its level",
		      LFVEC_LOG_RECORD_MAX);
	return len;
}

static void write_record(int fd, const char *line, int len)
{
	if (write(fd, line, len) >= 0)
		return;
	if (errno == EBUSY)
		die(EXIT_RESOURCES, "above the rate limit of the log: try later");
	if (errno == ENOSPC)
		die(EXIT_RESOURCES, "the log is full, and keeps what it has");
	if (errno == ENODEV)
		die(EXIT_CHECK, "the log is gone");
	die_of(errno, "write");
}

static void write_lines(int fd, u32 level)
{
	char record[LFVEC_LOG_RECORD_MAX + 1], *line = NULL;
	size_t size = 0;
	ssize_t len;

	while ((len = getline(&line, &size, stdin)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		write_record(fd, record, make_record(record, level, line));
	}
	free(line);
}

static void join_words(char *text, size_t size, char **words)
{
	size_t len = 0;

	for (*text = '\0'; *words && len < size; words++)
		len += snprintf(text + len, size - len, "%s%s", len ? " " : "",
				*words);
}

static const struct opt write_opts[] = {
	OPT_WORDS('L', "level", "LEVEL",
		  "emerg, alert, crit, err, warning, notice, info (default), debug or 0-7",
		  level_names, LEVELS),
	OPT_END
};

static const char write_more[] =
	"Without TEXT, each line of stdin becomes a record.\n";

static int cmd_log_write(int argc, char **argv)
{
	char text[LFVEC_LOG_RECORD_MAX + 1], record[LFVEC_LOG_RECORD_MAX + 1];
	u32 level = parse_level("info");
	struct lfvec_log_info info;
	int opt, fd, len = 0;

	while ((opt = next_option(argc, argv)) != -1)
		level = parse_level(optarg);
	argv = rest_of(argc, argv, 1, INT_MAX);
	fd = log_open(argv[0], O_WRONLY, &info);
	if (argv[1]) {
		join_words(text, sizeof(text), argv + 1);
		len = make_record(record, level, text);
	}
	if (just_say("write %s to %s", argv[1] ? "a record" :
		     "each line of stdin as a record", argv[0]))
		return EXIT_CLEAN;
	if (argv[1])
		write_record(fd, record, len);
	else
		write_lines(fd, level);
	return EXIT_CLEAN;
}

static const struct command commands[] = {
	{ .name = "log list", .args = "", .fn = cmd_log_list,
	  .what = "which logs there are", .opts = { json_opts } },
	{ .name = "log show", .args = "LOG [OPTION...]", .fn = cmd_log_show,
	  .what = "print what is in a log",
	  .opts = { log_show_opts, log_which_opts, log_filter_opts } },
	{ .name = "log follow", .args = "LOG [OPTION...]", .fn = cmd_log_follow,
	  .what = "print what is in a log, then what comes",
	  .opts = { log_show_opts, log_which_opts, log_filter_opts } },
	{ .name = "log export", .args = "LOG FILE [OPTION...]",
	  .fn = cmd_log_export, .what = "write what is in a log to a file",
	  .opts = { log_export_opts, log_which_opts, log_filter_opts,
		    dry_opts },
	  .more = log_export_more },
	{ .name = "log info", .args = "LOG", .fn = cmd_log_info,
	  .what = "limits and counters of a log", .opts = { json_opts } },
	{ .name = "log level", .args = "LOG [LEVEL]", .fn = cmd_log_level,
	  .what = "print or set how much is taken", .opts = { dry_opts } },
	{ .name = "log clear", .args = "LOG", .fn = cmd_log_clear,
	  .what = "show only what comes from now on", .opts = { dry_opts } },
	{ .name = "log dump", .args = "LOG [N]", .fn = cmd_log_dump,
	  .what = "print the last N (20) records into the kernel log",
	  .opts = { dry_opts } },
	{ .name = "log write", .args = "LOG [OPTION...] [TEXT...]",
	  .fn = cmd_log_write, .what = "write a record",
	  .opts = { write_opts, dry_opts }, .more = write_more },
	{ .name = "log create", .args = "NAME [OPTION...]", .fn = cmd_log_create,
	  .what = "make a log, with lfvec_stress",
	  .opts = { log_create_opts, dry_opts }, .more = log_create_more },
	{ .name = "log drop", .args = "LOG", .fn = cmd_log_drop,
	  .what = "destroy a log that log create made", .opts = { dry_opts } },
};

const struct command_set log_set = {
	"lfvec log", "read and steer the logs of subsystems", commands,
	ARRAY_SIZE(commands),
};
