// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec log show, follow and export - what is in a log, and what comes
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

/* No log holds more. */
#define RECORDS_MAX	0x1000000

#define WHICH_HELP							\
	"  --all, -a        from the oldest record on, not from the last clear\n" \
	"  --lines N, -n N  only the last N that are there\n"		\
	LOG_FILTER_HELP							\
	"  --file FILE      what 'export --format binary' wrote, instead of a log\n"

#define HOW_HELP							\
	"  --json, -j       one JSON object a line: --format json\n"	\
	"  --time HOW       mono (seconds of the log's clock: default), local,\n" \
	"                   iso, relative (to now), delta (since the one before)\n" \
	"  --details, -x    also number, facility, level, CPU, context, task\n" \
	"  --color WHEN     auto (default), always or never\n"

const char log_show_help[] =
	WHICH_HELP
	HOW_HELP
	"  --follow, -f     then wait for more, until interrupted or the log goes;\n"
	"                   with --until, until then\n"
	"  --format NAME    text (default), json, kmsg, dmesg, binary: see export\n";

const char log_export_help[] =
	"FILE may be -, which is stdout.\n"
	"  --format NAME    kmsg (default): as read() returns it; dmesg: what\n"
	"                   dmesg --kmsg-file of util-linux 2.41 takes, which is\n"
	"                   2 KiB of each record; json; text; binary: for --file\n"
	"  --follow, -f     then wait for more\n"
	WHICH_HELP
	HOW_HELP;

static const struct option show_options[] = {
	{ "help",	no_argument,	   NULL, 'h' },
	{ "all",	no_argument,	   NULL, 'a' },
	{ "lines",	required_argument, NULL, 'n' },
	{ "file",	required_argument, NULL, 'F' },
	{ "json",	no_argument,	   NULL, 'j' },
	{ "format",	required_argument, NULL, 'o' },
	{ "time",	required_argument, NULL, 't' },
	{ "details",	no_argument,	   NULL, 'x' },
	{ "color",	required_argument, NULL, 'c' },
	{ "follow",	no_argument,	   NULL, 'f' },
	{ NULL, 0, NULL, 0 }
};

#define SHOW_SHORT	"han:jxf" LOG_FILTER_SHORT

/* A record that may be among the last ones, and what was lost before it. */
struct kept {
	u64	lost;
	struct lfvec_log_record *rec;
};

struct show {
	struct log_reader	in;
	struct log_filter	filter;
	struct log_output	out;
	const char	*file;
	const char	*color;
	bool		all;
	bool		follow;
	bool		some;		/* only the last @lines */
	u64		lines;
	u64		end;		/* the record after the last one wanted */
	struct kept	*kept;
	u64		room;		/* in @kept, a ring */
	u64		nr;		/* ever put there */
};

static void show_option(struct show *s, int opt, char *arg)
{
	switch (opt) {
	case 'h':
		help_command();
	case 'a':
		s->all = true;
		break;
	case 'n':
		s->some = true;
		s->lines = parse_count("lines", arg, UINT64_MAX);
		break;
	case 'F':
		s->file = arg;
		break;
	case 'j':
		s->out.format = &log_as_json;
		break;
	case 'o':
		s->out.format = log_format(arg);
		break;
	case 't':
		s->out.time = parse_name("time", arg, log_time_names, LOG_TIMES);
		break;
	case 'x':
		s->out.details = true;
		break;
	case 'c':
		s->color = arg;
		break;
	case 'f':
		s->follow = true;
		break;
	default:
		if (!log_filter_option(&s->filter, opt, arg))
			usage("bad option");
	}
}

/*
 * Takes the options, then the name of the log unless --file stands for it, and one
 * more argument if there is a place for it, which it returns.
 */
static const char *show_arguments(struct show *s, int argc, char **argv, bool more)
{
	const struct option *options = join_options(show_options,
						    log_filter_options);
	int opt, nr;

	log_filter_init(&s->filter);
	while ((opt = getopt_long(argc, argv, SHOW_SHORT, options, NULL)) != -1)
		show_option(s, opt, optarg);
	if (s->file && s->follow)
		usage("a file cannot be followed");
	nr = !s->file + more;
	if (argc - optind < nr)
		usage("%s %s: not enough arguments", command->name,
		      command->args);
	if (argc - optind > nr)
		usage("%s: not expected", argv[optind + nr]);
	if (s->file)
		log_reader_open_file(&s->in, s->file);
	else
		log_reader_open(&s->in, argv[optind], s->all);
	return more ? argv[argc - 1] : NULL;
}

static void show_lost(struct show *s)
{
	if (s->in.lost)
		s->out.format->note(&s->out, s->in.lost);
	s->in.lost = 0;
}

/* Those that are there before the last ones are known wait in a ring. */
static void keep(struct show *s, const struct lfvec_log_record *rec)
{
	u64 lost = s->in.lost;
	struct kept *k;

	s->in.lost = 0;
	if (!s->room)
		return;
	k = &s->kept[s->nr++ % s->room];
	free(k->rec);
	k->rec = malloc(rec->size);
	if (!k->rec)
		die(EXIT_RESOURCES, "out of memory");
	memcpy(k->rec, rec, rec->size);
	k->lost = lost;
}

static void show_record(struct show *s, const struct lfvec_log_record *rec)
{
	if (!log_filter_match(&s->filter, rec))
		return;
	if (s->kept) {
		keep(s, rec);
		return;
	}
	show_lost(s);
	s->out.format->record(&s->out, rec);
}

/* What one read gives, but not from @end on. Returns false if that is nothing. */
static bool show_batch(struct show *s)
{
	const struct lfvec_log_record *rec = log_peek(&s->in);

	if (!rec || rec->seq >= s->end)
		return false;
	do {
		show_record(s, rec);
		log_take(&s->in);
		if (s->in.next == s->in.size)
			break;
		rec = log_peek(&s->in);
	} while (rec->seq < s->end);
	return true;
}

static void show_kept(struct show *s)
{
	u64 i = s->nr > s->room ? s->nr - s->room : 0;
	struct kept *k;

	for (; i < s->nr; i++) {
		k = &s->kept[i % s->room];
		if (k->lost)
			s->out.format->note(&s->out, k->lost);
		s->out.format->record(&s->out, k->rec);
		free(k->rec);
	}
	free(s->kept);
	s->kept = NULL;
}

/* The last of those that are there now, so that it ends while others write. */
static void show_present(struct show *s)
{
	s->end = s->file ? UINT64_MAX : s->in.info.next;
	if (s->some) {
		s->room = s->lines < RECORDS_MAX ? s->lines : RECORDS_MAX;
		s->kept = calloc(s->room + 1, sizeof(*s->kept));
		if (!s->kept)
			die(EXIT_RESOURCES, "out of memory");
	}
	while (!was_interrupted() && show_batch(s))
		;
	if (s->kept)
		show_kept(s);
	show_lost(s);
}

static void show_flush(void)
{
	if (fflush(stdout) || ferror(stdout))
		die(EXIT_RESOURCES, "cannot write: %s", strerror(errno));
}

/* ns until --until, or -1 if there is none. What is written later is not shown. */
static s64 show_remains(struct show *s)
{
	s64 now = s->in.info.now;

	if (s->filter.until.kind == LOG_WHEN_UNSET)
		return -1;
	if (now <= s->filter.last)
		return s->filter.last - now + 1;
	if (s->end == UINT64_MAX)
		s->end = s->in.info.next;
	return 0;
}

/* In step with the clock on the wall, which may be set meanwhile. */
static void show_follow(struct show *s)
{
	s64 remains;
	bool more;

	s->end = UINT64_MAX;
	while (!was_interrupted()) {
		log_sync(&s->in);
		remains = show_remains(s);
		more = show_batch(s);
		show_lost(s);
		show_flush();
		if (more)
			continue;
		if (s->in.dead || !remains || !log_wait(&s->in, remains))
			break;
	}
}

static int show(struct show *s)
{
	s->out.reader = &s->in;
	s->out.start = s->in.info.now;
	s->out.color = log_color(s->color ? s->color : "auto");
	log_filter_times(&s->filter, &s->in);
	if (s->follow)
		catch_signals();
	if (s->out.format->begin)
		s->out.format->begin(&s->out);
	show_present(s);
	if (s->follow)
		show_follow(s);
	if (s->in.dead)
		s->out.format->note(&s->out, 0);
	show_flush();
	log_reader_close(&s->in);
	return EXIT_CLEAN;
}

int cmd_log_show(int argc, char **argv)
{
	struct show s = { .out.format = &log_as_text };

	show_arguments(&s, argc, argv, false);
	return show(&s);
}

int cmd_log_follow(int argc, char **argv)
{
	struct show s = { .out.format = &log_as_text, .follow = true };

	show_arguments(&s, argc, argv, false);
	return show(&s);
}

int cmd_log_export(int argc, char **argv)
{
	struct show s = { .out.format = &log_as_kmsg };
	const char *file = show_arguments(&s, argc, argv, true);

	if (strcmp(file, "-") && !freopen(file, "we", stdout))
		die(dev_exit_code(errno), "%s: %s", file, strerror(errno));
	return show(&s);
}
