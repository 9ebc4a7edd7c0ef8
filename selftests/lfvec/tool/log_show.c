// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec log show, follow and export - what is in a log, and what comes
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

/* No log holds more. */
#define RECORDS_MAX	0x1000000

const struct opt log_which_opts[] = {
	OPT_BRIEF('a', "all", NULL,
		  "from the oldest record on, not from the last clear"),
	OPT('S', "after", "SEQ@NS",
	    "from behind the record with this seq and time_ns, as JSON has them; from\n"
	    "the oldest on, if this log never had it"),
	OPT_BRIEF('n', "lines", "N", "only the last N that are there"),
	OPT('F', "file", "FILE",
	    "what 'export --format binary' wrote, instead of a log"),
	OPT_BRIEF('j', "json", NULL, "one JSON object a line: --format json"),
	OPT_WORDS('t', "time", "HOW",
		  "mono (seconds of the log's clock: default), local, iso,\n"
		  "relative (to now), delta (since the one before)",
		  log_time_names, LOG_TIMES),
	OPT_BRIEF('x', "details", NULL,
		  "also number, facility, level, CPU, context, task"),
	OPT_WORDS('c', "color", "WHEN", "auto (default), always or never",
		  log_color_names, LOG_COLORS),
	OPT_END
};

const struct opt log_show_opts[] = {
	OPT_BRIEF('f', "follow", NULL,
		  "then wait for more, until interrupted or the log goes; with --until,\n"
		  "until then"),
	OPT_WORDS('o', "format", "NAME",
		  "text (default), json, syslog, kmsg, dmesg, binary: see export",
		  log_format_names, LOG_FORMATS),
	OPT_END
};

const struct opt log_export_opts[] = {
	OPT_WORDS('o', "format", "NAME",
		  "kmsg (default): as read() returns it; dmesg: what dmesg --kmsg-file of\n"
		  "util-linux 2.41 takes, which is 2 KiB of each record; syslog: RFC 5424,\n"
		  "with JSON behind @cee:; json; text; binary: for --file",
		  log_format_names, LOG_FORMATS),
	OPT_BRIEF('f', "follow", NULL, "then wait for more"),
	OPT_END
};

const char log_export_more[] =
	"FILE may be -, which is stdout.\n";

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
	bool		resume;		/* behind this one: */
	u64		after_seq;
	u64		after_time;
	bool		follow;
	bool		some;		/* only the last @lines */
	u64		lines;
	u64		end;		/* the record after the last one wanted */
	struct kept	*kept;
	u64		room;		/* in @kept, a ring */
	u64		nr;		/* ever put there */
};

static void parse_after(struct show *s, char *arg)
{
	char *at = strchr(arg, '@');

	if (!at)
		usage("after: %s: no '@'", arg);
	*at = '\0';
	s->after_seq = parse_count("after", arg, UINT64_MAX);
	s->after_time = parse_count("after", at + 1, UINT64_MAX);
	s->resume = true;
}

static void show_option(struct show *s, int opt, char *arg)
{
	switch (opt) {
	case 'a':
		s->all = true;
		break;
	case 'S':
		parse_after(s, arg);
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
	int opt, nr;

	log_filter_init(&s->filter);
	while ((opt = next_option(argc, argv)) != -1)
		show_option(s, opt, optarg);
	if (s->file && s->follow)
		usage("a file cannot be followed");
	if (s->file && (s->resume || s->out.format == &log_as_syslog))
		usage("a file does not say which log's it is");
	nr = !s->file + more;
	argv = rest_of(argc, argv, nr, nr);
	if (s->file)
		log_reader_open_file(&s->in, s->file);
	else
		log_reader_open(&s->in, argv[0], s->all || s->resume);
	if (s->resume)
		log_reader_after(&s->in, s->after_seq, s->after_time);
	return more ? argv[nr - 1] : NULL;
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

	check_writable(file);
	if (just_say("write to %s", file))
		return EXIT_CLEAN;
	if (strcmp(file, "-") && !freopen(file, "we", stdout))
		die(dev_exit_code(errno), "%s: %s", file, strerror(errno));
	return show(&s);
}
