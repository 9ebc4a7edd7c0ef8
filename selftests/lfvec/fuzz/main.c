// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_fuzz - make calls on all that the modules show to user space, most of them
 * almost right
 *
 * Workers are processes, each with some threads, its hands, which share files and
 * memory. A hand makes calls; which ones, its seed says. Now and then a signal
 * interrupts it. A call must return in time, with an errno that makes sense, and not
 * succeed if it must not. The rest is the kernel's to say, in its log, and for
 * fuzz.sh to see: whether all memory comes back.
 */
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define NOBODY		65534
#define SIGNAL_NS	10000000	/* between two signals to a hand */
#define HOST_US		2000		/* that a host pauses */
#define EXIT_SKIP	4

struct options options = {
	.seed = 1, .calls = 200000, .workers = 3, .hands = 4, .hang = 30,
};

struct state *state;

static struct call calls[CALLS_MAX];
static unsigned int nr_calls, nr_stress;
static struct files files;
static int gifts[2];

static const char usage[] =
"lfvec_fuzz [OPTION...]\n"
"  --seed N      of all random numbers (default 1)\n"
"  --calls N     how many, of all hands together (default 200000)\n"
"  --seconds N   no longer than that\n"
"  --workers N   processes (default 3)\n"
"  --hands N     threads in each that make calls (default 4)\n"
"  --user        as nobody, with files that root has opened, and logs for all\n"
"  --hang N      seconds that a call may take (default 30)\n"
"  --verbose     print each call: hand, word, name, arguments, result\n"
"  --replay FILE make the calls that are in FILE, as --verbose prints them\n"
"\n"
"The same seed makes each hand make the same calls, but for a kernel with KCOV,\n"
"where they are also mutations of those that reached something new. When which hand\n"
"makes its next call is up to the scheduler.\n";

/* --- random numbers --------------------------------------------------------- */

u64 mix(u64 a, u64 b, u64 c)
{
	struct rnd r = { a * 0x9e3779b97f4a7c15ULL ^ b << 32 ^ c };

	rnd(&r);
	return rnd(&r);
}

/* splitmix64 */
u64 rnd(struct rnd *r)
{
	u64 z = r->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

u32 below(struct rnd *r, u32 n)
{
	return n ? (rnd(r) >> 32) * n >> 32 : 0;
}

bool one_in(struct rnd *r, u32 n)
{
	return !below(r, n);
}

/* --- what hands have in common ---------------------------------------------- */

int slot_get(int *slot)
{
	return __atomic_load_n(slot, __ATOMIC_RELAXED);
}

/* Whoever is using the old one at this moment, is surprised. */
void slot_put(int *slot, int fd)
{
	int old = __atomic_exchange_n(slot, fd, __ATOMIC_ACQ_REL);

	if (old >= 0)
		close(old);
}

static u64 now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return t.tv_sec * 1000ULL + t.tv_nsec / 1000000;
}

/* Which call a word is; @host: of those that a host makes. */
static unsigned int call_of(u64 word, bool host)
{
	static u32 total[2];
	u32 at, sum = 0;
	unsigned int i;

	if (!total[host])
		for (i = 0; i < nr_calls; i++)
			total[host] += host ? calls[i].host : calls[i].weight;
	at = (u32)word % total[host];
	for (i = 0; i < nr_calls; i++) {
		sum += host ? calls[i].host : calls[i].weight;
		if (at < sum)
			break;
	}
	return i;
}

static void calls_add(const struct call *some, unsigned int nr)
{
	memcpy(calls + nr_calls, some, nr * sizeof(*some));
	for (nr += nr_calls; nr_calls < nr; nr_calls++)
		if (calls[nr_calls].command)
			command_prepare(calls[nr_calls].command);
}

void note(struct hand *h, const char *fmt, ...)
{
	size_t room = sizeof(h->text) - h->text_len;
	va_list ap;
	int len;

	if (!options.verbose)
		return;
	va_start(ap, fmt);
	len = vsnprintf(h->text + h->text_len, room, fmt, ap);
	va_end(ap);
	h->text_len += (size_t)len < room ? (size_t)len : room - 1;
}

static void show_last(const struct hand_state *s, unsigned int nr, bool host)
{
	u64 n = s->done >= LAST ? s->done - LAST + 1 : 0;

	for (; n <= s->done; n++)
		printf("%u %#018llx %s = %ld\n", nr, s->last[n % LAST].word,
		       calls[call_of(s->last[n % LAST].word, host)].name,
		       s->last[n % LAST].ret);
}

void fail(const struct hand *h, const char *fmt, ...)
{
	va_list ap;

	if (__atomic_exchange_n(&state->failed, true, __ATOMIC_ACQ_REL))
		return;
	printf("# FAILED: seed %llu, hand %u, call %llu: ", options.seed, h->nr,
	       h->state->done);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n# the last calls of this hand, word by word:\n");
	show_last(h->state, h->nr, h->host);
	fflush(stdout);
	__atomic_store_n(&state->stop, true, __ATOMIC_RELAXED);
}

/* --- a hand ----------------------------------------------------------------- */

/* What a call may say. */
static bool errno_known(int err)
{
	static const int known[] = {
		EPERM, ENOENT, EINTR, EIO, ENXIO, EBADF, EAGAIN, ENOMEM, EACCES, EFAULT,
		EBUSY, EEXIST, EXDEV, ENODEV, ENOTDIR, EISDIR, EINVAL, EMFILE, ENOTTY,
		EFBIG, ENOSPC, ESPIPE, EPIPE, ERANGE, EOVERFLOW, EOPNOTSUPP, ENOTCONN,
		ENODATA,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i] == err)
			return true;
	return false;
}

static void call_judge(struct hand *h, const struct call *call, long ret, int err)
{
	if (ret < -1)
		fail(h, "%s returns %ld", call->name, ret);
	else if (ret < 0 && !errno_known(err))
		fail(h, "%s: errno %d", call->name, err);
	else if (ret >= 0 && h->bad)
		fail(h, "%s succeeds, and must not", call->name);
	else if (ret < 0 && err == EFAULT && !h->tricked)
		fail(h, "%s: a fault, with good pointers", call->name);
}

static void hand_call(struct hand *h, u64 word)
{
	unsigned int nr = call_of(word, h->host);
	const struct call *call = &calls[nr];
	struct hand_state *s = h->state;
	struct rnd r = { word };
	long ret;
	int err;

	h->bad = false;
	h->tricked = false;
	h->text[0] = '\0';
	h->text_len = 0;
	s->last[s->done % LAST].word = word;
	s->last[s->done % LAST].ret = 0;
	__atomic_store_n(&s->since, now_ms(), __ATOMIC_RELAXED);
	errno = 0;
	ret = call->fn(h, &r, call);
	err = ret < 0 ? errno : 0;
	__atomic_store_n(&s->since, 0, __ATOMIC_RELAXED);
	s->last[s->done % LAST].ret = ret < 0 ? -err : ret;
	s->count[nr][err < ERRNOS ? err : ERRNOS - 1]++;
	s->valid[nr] += !h->bad && !h->tricked;
	if (options.verbose)
		dprintf(1, "%u %#018llx %s%s = %ld\n", h->nr, word, call->name, h->text,
			ret < 0 ? -err : ret);
	call_judge(h, call, ret, err);
	if (h->tricked)
		memory_clean(h);
	s->done++;
}

/* A signal now and then, so that nothing that waits, waits for long. */
static void hand_signals(void)
{
	struct itimerspec t = {
		.it_interval.tv_nsec = SIGNAL_NS, .it_value.tv_nsec = SIGNAL_NS,
	};
	struct sigevent e = {
		.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM,
	};
	timer_t timer;

	e._sigev_un._tid = syscall(SYS_gettid);
	if (timer_create(CLOCK_MONOTONIC, &e, &timer) || timer_settime(timer, 0, &t, NULL)) {
		perror("timer");
		exit(2);
	}
}

static bool hand_over(const struct hand *h, u64 share)
{
	return __atomic_load_n(&state->stop, __ATOMIC_RELAXED) ||
	       (!h->host && h->state->done >= share);
}

static void hand_replay(struct hand *h)
{
	unsigned long long word;
	char line[1024];
	unsigned int nr;

	while (!hand_over(h, ~0ULL) && fgets(line, sizeof(line), h->replay))
		if (sscanf(line, "%u %llx", &nr, &word) == 2 && nr == h->nr)
			hand_call(h, word);
}

static void *hand_main(void *arg)
{
	struct hand *h = arg;
	unsigned int hands = options.workers * options.hands, nr, i;
	u64 share = options.calls / hands + (h->nr < options.calls % hands);
	struct rnd r = { mix(options.seed, h->nr, options.user) };
	u64 word[SEQUENCE];

	h->state->tid = syscall(SYS_gettid);
	hand_signals();
	kcov_enable(h->kcov);
	if (h->replay)
		hand_replay(h);
	while (!h->replay && !hand_over(h, share)) {
		nr = corpus_choose(h->kcov, &r, word);
		kcov_begin(h->kcov);
		for (i = 0; i < nr && !hand_over(h, share); i++) {
			hand_call(h, word[i]);
			if (h->host)
				usleep(HOST_US);
		}
		kcov_end(h->kcov, &r, word, nr);
	}
	return NULL;
}

static struct hand *hand_make(unsigned int nr, bool host)
{
	struct hand *h = calloc(1, sizeof(*h));

	if (!h) {
		perror("calloc");
		exit(2);
	}
	h->nr = nr;
	h->host = host;
	h->user = options.user && !host;
	h->state = &state->hand[nr];
	h->state->pid = getpid();
	h->files = &files;
	h->replay = options.replay && !host ? fopen(options.replay, "r") : NULL;
	h->kcov = host ? NULL : kcov_open();
	memory_own(h);
	return h;
}

/* --- a worker --------------------------------------------------------------- */

static void ignore(int sig)
{
}

/* Files that only root can open, some of them with a vector; and logs for all. */
static void files_open(void)
{
	struct lfvec_stress_log log = { .mode = 0666, .level = 7 };
	struct lfvec_stress_vec vec;
	struct rnd r = { options.seed };
	char path[64] = "/dev/lfvec/";
	unsigned int i;

	for (i = 0; i < STRESS_FDS; i++) {
		files.stress[i] = open("/dev/lfvec_stress", O_RDWR | O_CLOEXEC);
		memset(&vec, 0, sizeof(vec));
		name_choose(&r, vec.name, false);
		if (i % 2 && ioctl(files.stress[i], LFVEC_STRESS_ATTACH, &vec)) {
			vec.esize = 8;
			vec.max = 1000;
			ioctl(files.stress[i], LFVEC_STRESS_CREATE, &vec);
		}
		name_choose(&r, log.name, false);
		ioctl(files.stress[i], LFVEC_STRESS_LOG_CREATE, &log);
	}
	for (i = 0; i < LOG_FDS; i++) {
		name_choose(&r, path + strlen("/dev/lfvec/"), false);
		files.log[i] = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	}
}

static void become_nobody(void)
{
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY)) {
		perror("become nobody");
		exit(2);
	}
}

/* What @nr of the workers does, or the host that comes after them. */
static void worker(unsigned int nr)
{
	struct sigaction sa = { .sa_handler = ignore };	/* no SA_RESTART */
	bool host = nr == options.workers;
	unsigned int hands = host ? 1 : options.hands, i;
	struct hand *hand[HANDS_MAX];
	pthread_t thread[HANDS_MAX];

	sigaction(SIGALRM, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGIO, SIG_IGN);
	files_open();
	files.gifts = gifts[options.user ? host : nr % 2];
	memory_shared();
	for (i = 0; i < hands; i++)
		hand[i] = hand_make(nr * options.hands + i, host);
	if (options.user && !host)
		become_nobody();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (i = 0; i < hands; i++)
		if (pthread_create(&thread[i], NULL, hand_main, hand[i])) {
			perror("pthread_create");
			exit(2);
		}
	for (i = 0; i < hands; i++)
		pthread_join(thread[i], NULL);
	exit(0);
}

/* --- all of it -------------------------------------------------------------- */

static void show_file(pid_t pid, pid_t tid, const char *name)
{
	char path[64], text[4096];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", pid, tid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, text, sizeof(text));
	if (len > 0)
		printf("# %s: %.*s\n", path, (int)len, text);
	if (fd >= 0)
		close(fd);
}

/* Does any call take too long? */
static bool hung(void)
{
	unsigned int hands = options.workers * options.hands + options.user;
	struct hand_state *s;
	unsigned int i;
	u64 since;

	for (i = 0; i < hands; i++) {
		s = &state->hand[i];
		since = __atomic_load_n(&s->since, __ATOMIC_RELAXED);
		if (!since || now_ms() < since + options.hang * 1000ULL)
			continue;
		printf("# FAILED: seed %llu: hand %u has been in a call for %u s\n",
		       options.seed, i, options.hang);
		show_last(s, i, i == options.workers * options.hands);
		show_file(s->pid, s->tid, "stack");
		show_file(s->pid, s->tid, "syscall");
		return true;
	}
	return false;
}

static u64 all_done(void)
{
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < options.workers * options.hands; i++)
		sum += __atomic_load_n(&state->hand[i].done, __ATOMIC_RELAXED);
	return sum;
}

static void stop(void)
{
	__atomic_store_n(&state->stop, true, __ATOMIC_RELAXED);
}

/* Look after the workers until the last of them is gone; the host goes then. */
static bool watch(unsigned int all)
{
	u64 start = now_ms(), shown = start;
	bool good = true;
	int status;
	pid_t pid;

	while (all) {
		pid = waitpid(-1, &status, WNOHANG);
		if (pid > 0) {
			if (status) {
				printf("# FAILED: a worker ended with status %#x\n", status);
				good = false;
				stop();
			}
			if (--all == 1 && options.user)
				stop();
			continue;
		}
		usleep(20000);
		if (hung())
			return false;	/* they go when we do */
		if (options.seconds && now_ms() - start > options.seconds * 1000ULL)
			stop();
		if (now_ms() - shown > 60000) {
			printf("# %llu calls\n", all_done());
			fflush(stdout);
			shown = now_ms();
		}
	}
	return good && !state->failed;
}

static u64 count_of(unsigned int call, unsigned int err)
{
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < options.workers * options.hands; i++)
		sum += state->hand[i].count[call][err];
	return sum;
}

static void table_line(unsigned int call)
{
	unsigned int err;
	u64 sum = 0, n;

	for (err = 0; err < ERRNOS; err++)
		sum += count_of(call, err);
	printf("# %-15s %8llu | ok %llu", calls[call].name, sum, count_of(call, 0));
	for (err = 1; err < ERRNOS; err++) {
		n = count_of(call, err);
		if (n)
			printf(" | %s %llu", strerrorname_np(err) ?: "?", n);
	}
	printf("\n");
}

/* If valid calls of a kind never succeed, then nothing much was tried. */
static bool reached(unsigned int call)
{
	unsigned int i;
	u64 valid = 0;

	/* nobody succeeds with logs, only */
	if (options.user && (call < nr_stress || call >= nr_stress + nr_calls_log))
		return true;
	for (i = 0; i < options.workers * options.hands; i++)
		valid += state->hand[i].valid[call];
	if (valid < 200 || count_of(call, 0))
		return true;
	printf("# FAILED: of %llu valid calls of %s, none succeeds\n", valid,
	       calls[call].name);
	return false;
}

static bool report(u64 ms)
{
	u64 all = all_done();
	bool good = true;
	unsigned int i;

	for (i = 0; i < nr_calls; i++) {
		table_line(i);
		good &= reached(i);
	}
	corpus_report();
	printf("# %llu calls as %s in %llu.%llu s, %llu a second; seed %llu, %u x %u hands\n",
	       all, options.user ? "nobody" : "root", ms / 1000, ms / 100 % 10,
	       all * 1000 / (ms ?: 1), options.seed, options.workers, options.hands);
	return good;
}

/* Nothing of ours stays behind. */
static void clean_up(void)
{
	int fd = open("/dev/lfvec_stress", O_RDWR | O_CLOEXEC);
	struct lfvec_stress_vec vec = { 0 };
	struct lfvec_stress_log log = { 0 };
	unsigned int i;

	for (i = 0; i < NAMES; i++) {
		snprintf(vec.name, sizeof(vec.name), "fuzz%u", i);
		memcpy(log.name, vec.name, sizeof(log.name));
		ioctl(fd, LFVEC_STRESS_DROP, &vec);
		ioctl(fd, LFVEC_STRESS_LOG_DROP, &log);
	}
	close(fd);
}

static unsigned long parse_number(const char *text, unsigned long most)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 0);
	if (*end || end == text || errno || n > most) {
		fprintf(stderr, "lfvec_fuzz: %s: no number up to %lu\n", text, most);
		exit(2);
	}
	return n;
}

static void parse(int argc, char **argv)
{
	static const struct option known[] = {
		{ "seed", 1, NULL, 's' }, { "calls", 1, NULL, 'c' },
		{ "seconds", 1, NULL, 't' }, { "workers", 1, NULL, 'w' },
		{ "hands", 1, NULL, 'n' }, { "user", 0, NULL, 'u' },
		{ "hang", 1, NULL, 'g' }, { "verbose", 0, NULL, 'v' },
		{ "replay", 1, NULL, 'r' }, { "help", 0, NULL, 'h' }, { 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) >= 0) {
		switch (c) {
		case 's':
			options.seed = parse_number(optarg, ~0UL);
			break;
		case 'c':
			options.calls = parse_number(optarg, 1UL << 30);
			break;
		case 't':
			options.seconds = parse_number(optarg, 1000000);
			break;
		case 'w':
			options.workers = parse_number(optarg, HANDS_MAX);
			break;
		case 'n':
			options.hands = parse_number(optarg, HANDS_MAX);
			break;
		case 'u':
			options.user = true;
			break;
		case 'g':
			options.hang = parse_number(optarg, 10000);
			break;
		case 'v':
			options.verbose = true;
			break;
		case 'r':
			options.replay = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	if (optind < argc || !options.workers || !options.hands || !options.hang ||
	    options.workers * options.hands >= HANDS_MAX) {
		fputs(usage, stderr);
		exit(2);
	}
	if (options.replay && access(options.replay, R_OK)) {
		perror(options.replay);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	unsigned int i, all;
	u64 start;
	bool good;
	pid_t pid;
	int fd;

	parse(argc, argv);
	fd = open("/dev/lfvec_stress", O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		perror("/dev/lfvec_stress");
		return EXIT_SKIP;
	}
	close(fd);
	state = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (state == MAP_FAILED || socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, gifts)) {
		perror("lfvec_fuzz");
		return 2;
	}
	corpus_init();
	calls_add(calls_stress, nr_calls_stress);
	nr_stress = nr_calls;
	calls_add(calls_log, nr_calls_log);
	calls_add(calls_other, nr_calls_other);
	all = options.workers + options.user;
	start = now_ms();
	fflush(stdout);
	for (i = 0; i < all; i++) {
		pid = fork();
		if (!pid)
			worker(i);
		if (pid < 0) {
			perror("fork");
			return 2;
		}
	}
	good = watch(all);
	start = now_ms() - start;
	clean_up();
	good &= report(start);
	return good ? 0 : 1;
}
