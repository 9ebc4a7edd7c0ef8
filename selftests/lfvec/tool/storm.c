// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec storm - write to a log from everywhere at once, and check what readers see
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../follow.h"
#include "tool.h"

const struct opt storm_opts[] = {
	OPT('t', "threads", "N", "kernel threads (default 4)"),
	OPT_WORDS('X', "contexts", "LIST",
		  "where records come from: task,softirq,hardirq,nmi (default task)",
		  context_names, LFVEC_STRESS_CONTEXTS),
	OPT('d', "duration", "TIME", "stop after TIME: 500ms, 10s (default 1s)"),
	OPT('c', "count", "N", "stop after N records"),
	OPT('m', "min", "BYTES", "of the shortest record (default 0)"),
	OPT('M', "max", "BYTES", "of the longest one, at most 5000 (default 256)"),
	OPT('p', "pause", "US", "each thread pauses so long after a record"),
	OPT('s', "seed", "N", "of the random numbers (default 1)"),
	OPT('r', "readers", "N", "processes that read and check, half of them text"),
	OPT('R', "records", "N", "of a log that is made: most records in it"),
	OPT('B', "bytes", "BYTES", "and bytes: 64KiB"),
	OPT('K', "keep", NULL, "the first records stay, later ones are dropped"),
	OPT('S', "stay", NULL, "do not drop it at the end"),
	OPT_END
};

const char storm_more[] =
	"If there is no log of that name, one is made for the storm.\n";

/* ms to wait for readers that have more to read */
#define STORM_DRAIN	60000

/* A reader: a process, and what it shares with us. */
struct reader {
	pid_t			pid;
	u64			start;
	bool			stuck;
	bool			done;
	struct follow		*f;
	struct follow_watch	watch;
};

/* In memory that is shared with the process that has the storm made. */
struct storm {
	struct lfvec_stress_storm	arg;
	int				err;
	struct lfvec_stress_log		log;
	bool				made;
	bool				stay;
	bool				json;
	u32				nr;
	struct reader			*reader;
	const char			*wrong;
};

static void *shared(size_t size)
{
	void *mem = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED)
		die(EXIT_RESOURCES, "mapping memory: %s", strerror(errno));
	return mem;
}

/* A process that goes when this one does. Returns 0 in there. */
static pid_t process(void)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		die(EXIT_RESOURCES, "fork: %s", strerror(errno));
	if (!pid) {
		signal(SIGINT, SIG_IGN);	/* the parent says when to stop */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	}
	return pid;
}

static void storm_name(struct storm *s, const char *name)
{
	dev_check_name(name);
	memcpy(s->arg.name, name, strlen(name));
	memcpy(s->log.name, name, strlen(name));
}

/* What the log is to be like. Returns false if @opt is not one of these. */
static bool storm_log_option(struct storm *s, int opt, char *arg)
{
	switch (opt) {
	case 'R':
		s->log.records = parse_count("records", arg, UINT32_MAX);
		break;
	case 'B':
		s->log.bytes = parse_bytes("bytes", arg);
		break;
	case 'K':
		s->log.policy = LFVEC_LOG_KEEP;
		break;
	case 'S':
		s->stay = true;
		break;
	default:
		return false;
	}
	return true;
}

static void storm_option(struct storm *s, int opt, char *arg)
{
	u32 most = LFVEC_STRESS_STORM_LEN_MAX;

	switch (opt) {
	case 'j':
		s->json = true;
		break;
	case 't':
		s->arg.threads = parse_u64("threads", arg,
					   LFVEC_STRESS_STORM_THREADS_MAX);
		break;
	case 'X':
		s->arg.contexts = parse_contexts(arg);
		break;
	case 'd':
		s->arg.duration = parse_ms("duration", arg);
		break;
	case 'c':
		s->arg.count = parse_count("count", arg, LFVEC_STRESS_OPS_MAX);
		break;
	case 'm':
		s->arg.min = parse_u64("min", arg, most);
		break;
	case 'M':
		s->arg.max = parse_u64("max", arg, most);
		break;
	case 'p':
		s->arg.pause = parse_u64("pause", arg,
					 LFVEC_STRESS_STORM_PAUSE_MAX);
		break;
	case 's':
		s->arg.seed = parse_u64("seed", arg, UINT64_MAX);
		break;
	case 'r':
		s->nr = parse_u64("readers", arg, 64);
		break;
	default:
		if (!storm_log_option(s, opt, arg))
			usage("bad option");
	}
}

static void storm_options(struct storm *s, int argc, char **argv)
{
	int opt;

	while ((opt = next_option(argc, argv)) != -1)
		storm_option(s, opt, optarg);
	storm_name(s, rest_of(argc, argv, 1, 1)[0]);
	if (!s->arg.threads)
		usage("threads: at least one");
	if (s->arg.min > s->arg.max)
		usage("min: more than max");
	if (!s->arg.duration && !s->arg.count)
		s->arg.duration = 1000;
	check_log(&s->log);
}

static void storm_log(struct storm *s, int fd)
{
	int err = dev_call(fd, LFVEC_STRESS_LOG_CREATE, &s->log);

	s->made = !err;
	if (err && err != -EEXIST)
		die(dev_exit_code(-err), "%s: %s", s->log.name, strerror(-err));
}

static void storm_drop(const struct storm *s, int fd)
{
	struct lfvec_stress_log arg = { 0 };

	memcpy(arg.name, s->log.name, sizeof(arg.name));
	if (s->made && !s->stay)
		dev_must(fd, LFVEC_STRESS_LOG_DROP, &arg, s->log.name);
}

/* What others than a storm have written is not for readers to judge: skip it. */
static void reader_start(struct storm *s, u32 i)
{
	struct reader *r = &s->reader[i];
	int err;

	r->f = shared(sizeof(*r->f));
	err = follow_open(r->f, s->log.name,
			  i % 2 ? FOLLOW_BINARY : FOLLOW_TEXT, !s->made);
	if (err)
		die(dev_exit_code(-err), "/dev/lfvec/%s: %s", s->log.name,
		    strerror(-err));
	r->start = r->f->next;
	r->pid = process();
	if (!r->pid) {
		follow_run(r->f);
		_exit(EXIT_CLEAN);
	}
	close(r->f->fd);
}

static void storm_readers(struct storm *s)
{
	u32 i;

	s->reader = calloc(s->nr + 1, sizeof(*s->reader));
	if (!s->reader)
		die(EXIT_RESOURCES, "out of memory");
	for (i = 0; i < s->nr; i++)
		reader_start(s, i);
}

/*
 * The call ends with the storm, or with who makes it: so let that be a process that
 * can be killed.
 */
static void storm_blow(struct storm *s, int fd)
{
	pid_t pid = process();

	if (!pid) {
		s->err = dev_call(fd, LFVEC_STRESS_LOG_STORM, &s->arg);
		_exit(EXIT_CLEAN);
	}
	while (!waitpid(pid, NULL, WNOHANG)) {
		if (was_interrupted())
			kill(pid, SIGKILL);
		usleep(5000);
	}
}

/* Returns how many have more to read, and can. */
static u32 storm_behind(struct storm *s)
{
	struct reader *r;
	u32 behind = 0;

	for (r = s->reader; r < s->reader + s->nr; r++) {
		if (r->done)
			continue;
		r->stuck = follow_stuck(r->f, r->pid, s->arg.next, &r->watch);
		r->done = r->stuck || follow_next(r->f) >= s->arg.next ||
			  waitpid(r->pid, NULL, WNOHANG) == r->pid;
		behind += !r->done;
	}
	return behind;
}

/* Let readers read to the end; they do not know that it is one. */
static void storm_drain(struct storm *s)
{
	u64 start = follow_ms();
	struct reader *r;

	while (!s->err && storm_behind(s) && follow_ms() - start < STORM_DRAIN)
		usleep(5000);
	for (r = s->reader; r < s->reader + s->nr; r++) {
		kill(r->pid, SIGKILL);
		waitpid(r->pid, NULL, 0);
	}
}

static const char *reader_wrong(const struct storm *s, const struct reader *r)
{
	if (r->f->wrong[0])
		return r->f->wrong;
	if (r->stuck)
		return "was not woken";
	if (r->f->next < s->arg.next)
		return "did not get to the end";
	if (r->f->seen + r->f->lost != r->f->next - r->start)
		return "what it has seen and what it has lost is not all";
	return NULL;
}

static bool storm_clean(const struct storm *s)
{
	u32 i;

	for (i = 0; i < s->nr; i++)
		if (reader_wrong(s, &s->reader[i]))
			return false;
	return !s->wrong;
}

static void storm_print_contexts(const struct lfvec_stress_storm *a)
{
	static const char * const drops[LFVEC_STRESS_STORM_DROPS] = {
		[LFVEC_STRESS_DROP_FULL]	= "full",
		[LFVEC_STRESS_DROP_MEMORY]	= "memory",
		[LFVEC_STRESS_DROP_BUSY]	= "busy",
		[LFVEC_STRESS_DROP_LEVEL]	= "level",
		[LFVEC_STRESS_DROP_RESERVE]	= "no room",
		[LFVEC_STRESS_DROP_OTHER]	= "other",
	};
	u32 i, j;

	printf("\n  %-8s %10s  dropped:", "", "written");
	for (j = 0; j < LFVEC_STRESS_STORM_DROPS; j++)
		printf(" %9s", drops[j]);
	printf("\n");
	for (i = 0; i < LFVEC_STRESS_CONTEXTS; i++) {
		printf("  %-8s %10llu          ", context_names[i], a->written[i]);
		for (j = 0; j < LFVEC_STRESS_STORM_DROPS; j++)
			printf(" %9llu", a->dropped[i][j]);
		printf("\n");
	}
}

static void storm_print(const struct storm *s)
{
	const struct lfvec_stress_storm *a = &s->arg;
	const struct reader *r;
	u64 written = follow_written(a);

	printf("%s: %llu records in %.2f s, %.3f M/s: ", a->name, written,
	       a->elapsed / 1e9, a->elapsed ? written * 1e3 / a->elapsed : 0);
	if (storm_clean(s))
		printf("clean: nothing torn, nothing lost unaccounted\n");
	else
		printf("FAILED%s%s\n", s->wrong ? ": " : "",
		       s->wrong ? s->wrong : "");
	storm_print_contexts(a);
	printf("  cut %llu, discarded %llu, overwritten %llu\n", a->log_cut,
	       a->discarded, a->log_overwritten);
	printf("  dropped, as the log has it: full %llu, memory %llu, nested %llu, rate %llu\n",
	       a->log_dropped[LFVEC_LOG_DROP_FULL],
	       a->log_dropped[LFVEC_LOG_DROP_MEMORY],
	       a->log_dropped[LFVEC_LOG_DROP_NESTED],
	       a->log_dropped[LFVEC_LOG_DROP_RATE]);
	printf("  %llu bytes at most, of %llu\n", a->peak, a->limit);
	for (r = s->reader; r < s->reader + s->nr; r++) {
		printf("  reader %ld, %s: seen %llu, lost %llu, cut %llu",
		       (long)(r - s->reader), follow_names[r->f->manner],
		       r->f->seen, r->f->lost, r->f->cut);
		if (reader_wrong(s, r))
			printf(": FAILED: %s", reader_wrong(s, r));
		printf("\n");
	}
}

static void storm_json_array(const char *key, const __u64 *values, u32 nr)
{
	u32 i;

	json_open(key, '[');
	for (i = 0; i < nr; i++)
		json_u64(NULL, values[i]);
	json_close(']');
}

static void storm_json_readers(const struct storm *s)
{
	const struct reader *r;

	json_open("readers", '[');
	for (r = s->reader; r < s->reader + s->nr; r++) {
		json_open(NULL, '{');
		json_str("manner", follow_names[r->f->manner]);
		json_u64("seen", r->f->seen);
		json_u64("lost", r->f->lost);
		json_u64("cut", r->f->cut);
		if (reader_wrong(s, r))
			json_str("wrong", reader_wrong(s, r));
		json_close('}');
	}
	json_close(']');
}

static void storm_json(const struct storm *s)
{
	const struct lfvec_stress_storm *a = &s->arg;
	u32 i;

	json_open(NULL, '{');
	json_str("command", "storm");
	json_str("log", a->name);
	json_bool("clean", storm_clean(s));
	if (s->wrong)
		json_str("wrong", s->wrong);
	json_u64("elapsed_ns", a->elapsed);
	storm_json_array("written", a->written, LFVEC_STRESS_CONTEXTS);
	json_open("dropped", '[');
	for (i = 0; i < LFVEC_STRESS_CONTEXTS; i++)
		storm_json_array(NULL, a->dropped[i], LFVEC_STRESS_STORM_DROPS);
	json_close(']');
	json_u64("cut", a->cut);
	json_u64("discarded", a->discarded);
	json_u64("log_written", a->log_written);
	json_u64("log_overwritten", a->log_overwritten);
	json_u64("log_cut", a->log_cut);
	storm_json_array("log_dropped", a->log_dropped, LFVEC_LOG_DROPS);
	json_u64("peak_bytes", a->peak);
	json_u64("limit_bytes", a->limit);
	storm_json_readers(s);
	json_close('}');
	printf("\n");
}

int cmd_storm(int argc, char **argv)
{
	struct storm *s = shared(sizeof(*s));
	int fd;

	s->arg.threads = 4;
	s->arg.max = 256;
	s->arg.seed = 1;
	s->err = -EINTR;
	storm_options(s, argc, argv);
	fd = dev_open();
	if (just_say("have %u threads write to the log %s, and %u processes read it",
		     s->arg.threads, s->arg.name, s->nr))
		return EXIT_CLEAN;
	storm_log(s, fd);
	catch_signals();
	storm_readers(s);
	storm_blow(s, fd);
	storm_drain(s);
	storm_drop(s, fd);
	if (s->err == -ENOENT)
		die(EXIT_CHECK, "%s: is not a log of lfvec_stress", s->arg.name);
	if (s->err)
		die_of(-s->err, s->arg.name);
	s->wrong = follow_judge(&s->arg);
	if (s->json)
		storm_json(s);
	else
		storm_print(s);
	close(fd);
	return storm_clean(s) ? EXIT_CLEAN : EXIT_CHECK;
}
