// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec log create and drop - logs of the module lfvec_stress, to try them
 */
#include <errno.h>
#include <string.h>

#include "log.h"

const char log_create_help[] =
	"  --records N      most records: 1k\n"
	"  --bytes BYTES    most bytes that they take: 64KiB\n"
	"  --backlog BYTES  beside these\n"
	"  --policy NAME    overwrite (default: the oldest), keep (the first)\n"
	"  --clock NAME     monotonic (default), boottime, realtime, local\n"
	"  --level LEVEL    take this and what is more severe (default info)\n"
	"  --mode MODE      permissions of its device (default 0600)\n"
	"  --gid N          group of its device\n"
	"  --dump N         print so many records on oops and panic\n"
	"  --rate N/TIME    no more than N records in TIME: 100/1s\n"
	"A name has letters, digits, '.', '_' and '-'. Of bytes there are at least\n"
	"8KiB, and 64KiB in the backlog. Such a log is there until it is dropped, or\n"
	"lfvec_stress is unloaded.\n";

static void parse_rate(char *s, struct lfvec_stress_log *log)
{
	char *slash = strchr(s, '/');

	if (!slash)
		usage("rate: %s: no '/'", s);
	*slash = '\0';
	log->burst = parse_count("rate", s, INT32_MAX);
	log->interval = parse_ms("rate", slash + 1);
	if (!log->burst || !log->interval)
		usage("rate: at least one record, in at least a millisecond");
}

/* Returns false if @opt is not one that says how much goes into a log. */
static bool size_option(struct lfvec_stress_log *log, int opt, char *arg)
{
	switch (opt) {
	case 'r':
		log->records = parse_count("records", arg, UINT64_MAX);
		break;
	case 'b':
		log->bytes = parse_bytes("bytes", arg);
		break;
	case 'B':
		log->backlog = parse_bytes("backlog", arg);
		break;
	case 'R':
		parse_rate(arg, log);
		break;
	default:
		return false;
	}
	return true;
}

static void create_option(struct lfvec_stress_log *log, int opt, char *arg)
{
	switch (opt) {
	case 'h':
		help_command();
	case 'p':
		log->policy = parse_name("policy", arg, log_policy_names,
					 ARRAY_SIZE(log_policy_names));
		break;
	case 'c':
		log->clock = parse_name("clock", arg, log_clock_names,
					LFVEC_LOG_CLOCKS);
		break;
	case 'm':
		log->mode = parse_mode("mode", arg);
		break;
	case 'g':
		log->gid = parse_u64("gid", arg, UINT32_MAX);
		break;
	case 'd':
		log->dump = parse_u64("dump", arg, UINT32_MAX);
		break;
	default:
		if (!size_option(log, opt, arg))
			usage("bad option");
	}
}

static void copy_name(struct lfvec_stress_log *log, const char *name)
{
	if (strlen(name) >= sizeof(log->name))
		usage("%s: a name has at most %zu characters", name,
		      sizeof(log->name) - 1);
	memcpy(log->name, name, strlen(name));
}

static void call(unsigned long cmd, struct lfvec_stress_log *log, const char *name)
{
	int err = dev_call(dev_open(), cmd, log);

	if (err == -EINVAL)
		usage("%s: not accepted: a bad name, or a limit that makes no sense",
		      name);
	if (err == -ENOENT)
		die(EXIT_CHECK, "%s: no such log was made by 'lfvec log create'",
		    name);
	if (err)
		die(err == -EEXIST ? EXIT_CHECK : dev_exit_code(-err), "%s: %s",
		    name, strerror(-err));
}

int cmd_log_create(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help",	no_argument,	   NULL, 'h' },
		{ "records",	required_argument, NULL, 'r' },
		{ "bytes",	required_argument, NULL, 'b' },
		{ "backlog",	required_argument, NULL, 'B' },
		{ "policy",	required_argument, NULL, 'p' },
		{ "clock",	required_argument, NULL, 'c' },
		{ "level",	required_argument, NULL, 'L' },
		{ "mode",	required_argument, NULL, 'm' },
		{ "gid",	required_argument, NULL, 'g' },
		{ "dump",	required_argument, NULL, 'd' },
		{ "rate",	required_argument, NULL, 'R' },
		{ NULL, 0, NULL, 0 }
	};
	struct lfvec_stress_log log = { 0 };
	const char *level = NULL;
	int opt;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (opt == 'L') {
			level = optarg;
			log.level = parse_level(optarg);
		} else {
			create_option(&log, opt, optarg);
		}
	}
	if (optind == argc)
		usage("%s %s: not enough arguments", command->name,
		      command->args);
	if (optind + 1 < argc)
		usage("%s: not expected", argv[optind + 1]);
	copy_name(&log, argv[optind]);
	call(LFVEC_STRESS_LOG_CREATE, &log, argv[optind]);
	if (level && !log.level)	/* 0 is the default there */
		log_set_level(argv[optind], 0);
	return EXIT_CLEAN;
}

int cmd_log_drop(int argc, char **argv)
{
	char **arg = log_arguments(argc, argv, 1, 1, NULL);
	struct lfvec_stress_log log = { 0 };

	copy_name(&log, arg[0]);
	call(LFVEC_STRESS_LOG_DROP, &log, arg[0]);
	return EXIT_CLEAN;
}
