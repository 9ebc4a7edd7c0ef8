// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec log - read and steer the logs of subsystems
 */
#include <errno.h>
#include <fcntl.h>
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

	dev_must(fd, LFVEC_LOG_CLEAR, NULL, arg[0]);
	return EXIT_CLEAN;
}

static int cmd_log_level(int argc, char **argv)
{
	char **arg = log_arguments(argc, argv, 1, 2, NULL);
	struct lfvec_log_info info;

	if (arg[1]) {
		log_set_level(arg[0], parse_level(arg[1]));
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

	if (arg[1])
		nr = parse_u64("dump", arg[1], DUMP_MAX);
	dev_must(log_open(arg[0], O_WRONLY, &info), LFVEC_LOG_DUMP, &nr, arg[0]);
	return EXIT_CLEAN;
}

/* One record. The level is always said, so that no text is taken for one. */
static void write_record(int fd, u32 level, const char *text)
{
	char line[LFVEC_LOG_RECORD_MAX + 1];
	int len = snprintf(line, sizeof(line), "<%u>%s",
			   FACILITY_USER << 3 | level, text);

	if (len > LFVEC_LOG_RECORD_MAX)
		usage("a record has at most %d bytes, with its level",
		      LFVEC_LOG_RECORD_MAX);
	if (write(fd, line, len) >= 0)
		return;
	if (errno == EBUSY)
		die(EXIT_RESOURCES, "above the rate limit of the log");
	if (errno == ENOSPC)
		die(EXIT_RESOURCES, "the log is full, and keeps what it has");
	if (errno == ENODEV)
		die(EXIT_CHECK, "the log is gone");
	die(dev_exit_code(errno), "write: %s", strerror(errno));
}

static void write_lines(int fd, u32 level)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	while ((len = getline(&line, &size, stdin)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		write_record(fd, level, line);
	}
	free(line);
}

static void write_words(int fd, u32 level, char **words)
{
	char text[LFVEC_LOG_RECORD_MAX + 1] = "";
	size_t len = 0;

	for (; *words && len < sizeof(text); words++)
		len += snprintf(text + len, sizeof(text) - len, "%s%s",
				len ? " " : "", *words);
	write_record(fd, level, text);
}

static const char write_help[] =
	"  --level LEVEL    emerg, alert, crit, err, warning, notice, info (default),\n"
	"                   debug or 0-7\n"
	"Without TEXT, each line of stdin becomes a record.\n";

static int cmd_log_write(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help",	no_argument,	   NULL, 'h' },
		{ "level",	required_argument, NULL, 'L' },
		{ NULL, 0, NULL, 0 }
	};
	u32 level = parse_level("info");
	struct lfvec_log_info info;
	int opt, fd;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (opt == 'h')
			help_command();
		if (opt != 'L')
			usage("bad option");
		level = parse_level(optarg);
	}
	if (optind == argc)
		usage("%s %s: not enough arguments", command->name,
		      command->args);
	fd = log_open(argv[optind], O_WRONLY, &info);
	if (optind + 1 < argc)
		write_words(fd, level, argv + optind + 1);
	else
		write_lines(fd, level);
	return EXIT_CLEAN;
}

static const struct command commands[] = {
	{ "log list", "[--json]", "which logs there are", cmd_log_list, NULL },
	{ "log show", "NAME [OPTION...]", "print what is in a log", cmd_log_show,
	  log_show_help },
	{ "log follow", "NAME [OPTION...]", "print what is in a log, then what comes",
	  cmd_log_follow, log_show_help },
	{ "log export", "NAME FILE [OPTION...]", "write what is in a log to a file",
	  cmd_log_export, log_export_help },
	{ "log info", "NAME [--json]", "limits and counters of a log",
	  cmd_log_info, NULL },
	{ "log level", "NAME [LEVEL]", "print or set how much is taken",
	  cmd_log_level, NULL },
	{ "log clear", "NAME", "show only what comes from now on", cmd_log_clear,
	  NULL },
	{ "log dump", "NAME [N]", "print the last N (20) records into the kernel log",
	  cmd_log_dump, NULL },
	{ "log write", "NAME [--level LEVEL] [TEXT...]", "write a record",
	  cmd_log_write, write_help },
	{ "log create", "NAME [OPTION...]", "make a log, with lfvec_stress",
	  cmd_log_create, log_create_help },
	{ "log drop", "NAME", "destroy a log that log create made", cmd_log_drop, NULL },
};

int cmd_log(int argc, char **argv)
{
	static const struct command_set set = {
		"lfvec log", "read and steer the logs of subsystems",
		commands, ARRAY_SIZE(commands),
	};

	return run_command(&set, argc, argv);
}
