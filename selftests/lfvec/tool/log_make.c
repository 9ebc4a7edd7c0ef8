// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec log create and drop - logs of the module lfvec_stress, to try them
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

const struct opt log_create_opts[] = {
	OPT('r', "records", "N", "most records: 1k"),
	OPT('b', "bytes", "BYTES", "most bytes that they take: 64KiB"),
	OPT('B', "backlog", "BYTES", "beside these"),
	OPT_WORDS('p', "policy", "NAME", "overwrite (default: the oldest), keep (the first)",
		  log_policy_names, ARRAY_SIZE(log_policy_names)),
	OPT_WORDS('c', "clock", "NAME", "monotonic (default), boottime, realtime, local",
		  log_clock_names, LFVEC_LOG_CLOCKS),
	OPT_WORDS('L', "level", "LEVEL",
		  "take this and what is more severe: emerg, alert, crit, err, warning,\n"
		  "notice, info (default), debug or 0-7", level_names, LEVELS),
	OPT('m', "mode", "MODE", "permissions of its device (default 0600)"),
	OPT('g', "gid", "N", "group of its device"),
	OPT('d', "dump", "N", "print so many records on oops and panic"),
	OPT('R', "rate", "N/TIME", "no more than N records in TIME: 100/1s"),
	OPT_END
};

const char log_create_more[] =
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
		usage("%s: the module does not take that, or not together", name);
	if (err == -ENOENT)
		die(EXIT_CHECK, "%s: no such log was made by 'lfvec log create'",
		    name);
	if (err)
		die_of(-err, name);
}

/* What the module would say no to, and not say why. */
void check_log(const struct lfvec_stress_log *log)
{
	const char *allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	u64 most = LFVEC_STRESS_LOG_BYTES_MAX;

	if (!*log->name || *log->name == '.' || log->name[strspn(log->name, allowed)])
		usage("%s: a name has letters, digits, '.', '_' and '-'", log->name);
	if (log->records > 0x1000000 || log->dump > 1000)
		usage("records: at most 16777216, dump: at most 1000");
	if (log->bytes && log->bytes < 8192)
		usage("bytes: at least 8KiB");
	if (log->backlog && log->backlog < 65536)
		usage("backlog: at least 64KiB");
	if (log->bytes > most || log->backlog > most ||
	    8 * log->records + log->bytes + log->backlog > most)
		usage("records, bytes, backlog: in all at most %llu bytes", most);
}

static void check_new(const struct lfvec_stress_log *log)
{
	struct lfvec_log_info info;
	int fd;

	close(dev_open());
	fd = log_open_quietly(log->name, O_RDONLY, &info);
	if (fd >= 0)
		die_of(EEXIST, log->name);
}

int cmd_log_create(int argc, char **argv)
{
	struct lfvec_stress_log log = { 0 };
	const char *level = NULL, *name;
	int opt;

	while ((opt = next_option(argc, argv)) != -1) {
		if (opt == 'L') {
			level = optarg;
			log.level = parse_level(optarg);
		} else {
			create_option(&log, opt, optarg);
		}
	}
	name = rest_of(argc, argv, 1, 1)[0];
	copy_name(&log, name);
	check_log(&log);
	if (is_dry_run())
		check_new(&log);
	if (just_say("make the log %s", name))
		return EXIT_CLEAN;
	call(LFVEC_STRESS_LOG_CREATE, &log, name);
	if (level && !log.level)	/* 0 is the default there */
		log_set_level(name, 0);
	return EXIT_CLEAN;
}

int cmd_log_drop(int argc, char **argv)
{
	char **arg = log_arguments(argc, argv, 1, 1, NULL);
	struct lfvec_stress_log log = { 0 };
	struct lfvec_log_info info;

	copy_name(&log, arg[0]);
	if (is_dry_run())
		close(log_open(arg[0], O_WRONLY, &info));
	if (just_say("destroy the log %s, if 'lfvec log create' made it", arg[0]))
		return EXIT_CLEAN;
	call(LFVEC_STRESS_LOG_DROP, &log, arg[0]);
	return EXIT_CLEAN;
}
