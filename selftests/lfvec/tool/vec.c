// SPDX-License-Identifier: GPL-2.0
/*
 * One operation on a named vector, for a person at a prompt
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

const struct opt value_opts[] = {
	OPT('s', "string", NULL, "elements are text, padded with zeroes"),
	OPT('x', "hex", NULL, "elements are bytes as hexadecimal digits"),
	OPT_END
};

const char value_more[] =
	"Without these options, elements are numbers, least significant byte first.\n";

const struct opt change_opts[] = {
	OPT('n', "nowait", NULL, "take no memory but what was reserved"),
	OPT_END
};

const struct opt push_opts[] = {
	OPT('t', "together", NULL, "all in one step"),
	OPT('n', "nowait", NULL, "take no memory but what was reserved"),
	OPT_END
};

const struct opt create_opts[] = {
	OPT('e', "esize", "BYTES", "size of an element (default 8)"),
	OPT('f', "first", "N", "slots in the first bucket"),
	OPT('m', "max", "N", "most elements"),
	OPT('p', "spare", "N", "pushes that may not sleep to be ready for"),
	OPT('b', "backlog", "N", "nodes that may wait for a grace period"),
	OPT_WORDS('F', "form", "LIST",
		  "general (default), overwrite (the oldest element, if full: --max must\n"
		  "be a power of two), append-only, or both: overwrite,append-only",
		  form_names, FORMS),
	OPT_END
};

struct args {
	char		format;		/* 'n'umber, 's'tring, 'x' */
	bool		together;
	bool		json;
	u32	flags;
	u32	form;
	u64	esize;
	u64	first;
	u64	max;
	u64	spare;
	u64	backlog;
	char		**arg;
	int		nr;
};

static void get_args(struct args *a, int argc, char **argv, int least, int most)
{
	int opt;

	*a = (struct args){ .format = 'n', .esize = 8 };
	while ((opt = next_option(argc, argv)) != -1) {
		switch (opt) {
		case 'j':
			a->json = true;
			break;
		case 's':
		case 'x':
			a->format = opt;
			break;
		case 't':
			a->together = true;
			break;
		case 'n':
			a->flags = LFVEC_STRESS_NOWAIT;
			break;
		case 'e':
			a->esize = parse_u64("esize", optarg, 4096);
			break;
		case 'f':
			a->first = parse_count("first", optarg, UINT32_MAX);
			break;
		case 'm':
			a->max = parse_count("max", optarg, UINT32_MAX);
			break;
		case 'p':
			a->spare = parse_count("spare", optarg, UINT32_MAX);
			break;
		case 'b':
			a->backlog = parse_count("backlog", optarg, UINT32_MAX);
			break;
		case 'F':
			a->form = parse_form(optarg);
			break;
		default:
			usage("bad option");
		}
	}
	a->arg = rest_of(argc, argv, least, most);
	a->nr = argc - optind;
}

static unsigned int hex_digit(const char *s, char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	c = tolower((unsigned char)c);
	if (c < 'a' || c > 'f')
		usage("%s: not hexadecimal", s);
	return c - 'a' + 10;
}

static void encode_hex(const char *s, u8 *elem, u32 esize)
{
	size_t i;

	if (strlen(s) % 2 || strlen(s) / 2 > esize)
		usage("%s: two digits a byte, at most %u bytes", s, esize);
	for (i = 0; s[2 * i]; i++)
		elem[i] = hex_digit(s, s[2 * i]) << 4 |
			  hex_digit(s, s[2 * i + 1]);
}

static void encode_elem(const struct args *a, const char *s, u8 *elem,
			u32 esize)
{
	u64 value;
	u32 i;

	memset(elem, 0, esize);
	if (a->format == 'x') {
		encode_hex(s, elem, esize);
	} else if (a->format == 's') {
		if (strlen(s) > esize)
			usage("%s: longer than an element of %u bytes", s, esize);
		memcpy(elem, s, strlen(s));
	} else {
		value = parse_u64("value", s, esize >= 8 ? UINT64_MAX :
				  (1ULL << 8 * esize) - 1);
		for (i = 0; i < esize && i < 8; i++)
			elem[i] = value >> 8 * i;
	}
}

static void print_elem(const struct args *a, const u8 *elem, u32 esize)
{
	u64 value = 0;
	u32 i;

	if (a->format == 's') {
		printf("%.*s\n", (int)strnlen((const char *)elem, esize), elem);
		return;
	}
	for (i = 0; i < esize && i < 8; i++)
		value |= (u64)elem[i] << 8 * i;
	if (a->format == 'n' && esize <= 8) {
		printf("%llu\n", value);
		return;
	}
	print_hex(elem, esize);
	printf("\n");
}

static void *buffer(size_t nr, u32 esize)
{
	void *buf = calloc(nr, esize);

	if (!buf)
		die(EXIT_RESOURCES, "out of memory");
	return buf;
}

static int vec_io(int fd, unsigned long cmd, struct lfvec_stress_io *io)
{
	int err = dev_call(fd, cmd, io);

	if (err == -ENOENT)
		die(EXIT_CHECK, "the vector is empty");
	if (err == -ERANGE)
		die(EXIT_CHECK, "there is no such index");
	if (err == -EPIPE)
		die(EXIT_CHECK, "that element was overwritten");
	if (err == -EOPNOTSUPP)
		die(EXIT_CHECK, "not in a vector of this form");
	if (err == -ENOSPC)
		die(EXIT_RESOURCES, "the vector holds its maximum; lfvec pop makes room");
	if (err)
		die_of(-err, command->name);
	return 0;
}

/* With --dry-run, what vec_io() would be told */
static void check_takes_out(const struct lfvec_stress_vec *vec)
{
	if (is_dry_run() && vec->form & LFVEC_STRESS_APPEND_ONLY)
		die(EXIT_CHECK, "not in a vector of this form");
}

int cmd_info(int argc, char **argv)
{
	struct lfvec_stress_info info = { 0 };
	struct args a;

	get_args(&a, argc, argv, 0, 0);
	dev_must(dev_open(), LFVEC_STRESS_INFO, &info, "info");
	if (a.json) {
		json_open(NULL, '{');
		json_u64("version", info.version);
		json_u64("elem_max", info.elem_max);
		json_u64("batch_max", info.batch_max);
		json_u64("vectors", info.vectors);
		json_u64("features", info.features);
		json_close('}');
		printf("\n");
		return EXIT_CLEAN;
	}
	printf("interface version %u, elements of up to %u bytes, up to %u at once\n",
	       info.version, info.elem_max, info.batch_max);
	printf("%u named vectors\n", info.vectors);
	if (info.features & LFVEC_STRESS_FEATURE_BUSTED)
		printf("broken on purpose, for testing\n");
	return EXIT_CLEAN;
}

static void print_vec(const char *name, const struct lfvec_stress_vec *vec)
{
	printf("%s: %s, elements of %u bytes, first bucket %llu", name,
	       form_name(vec->form), vec->esize, vec->first);
	if (!(vec->form & LFVEC_STRESS_OVERWRITE))
		printf(", at most %llu elements", vec->max);
	printf("\n  spare %llu, backlog %llu nodes\n", vec->spare, vec->backlog);
}

int cmd_create(int argc, char **argv)
{
	struct lfvec_stress_vec vec = { 0 };
	struct args a;
	int err, fd;

	get_args(&a, argc, argv, 1, 1);
	dev_check_name(a.arg[0]);
	memcpy(vec.name, a.arg[0], strlen(a.arg[0]));
	vec.esize = a.esize;
	vec.form = a.form;
	vec.first = a.first;
	vec.max = a.max;
	vec.spare = a.spare;
	vec.backlog = a.backlog;
	check_form(a.form, a.esize, a.first, a.max);
	check_limit("spare", a.spare, a.esize);
	check_limit("backlog", a.backlog, a.esize);
	fd = dev_open();
	if (is_dry_run() && dev_try_attach(a.arg[0], &(struct lfvec_stress_vec){ 0 }) >= 0)
		die_of(EEXIST, a.arg[0]);
	if (just_say("make the vector %s: %s, elements of %u bytes", a.arg[0],
		     form_name(a.form), vec.esize))
		return EXIT_CLEAN;
	err = dev_call(fd, LFVEC_STRESS_CREATE, &vec);
	if (err)
		die_of(-err, a.arg[0]);
	print_vec(a.arg[0], &vec);
	return EXIT_CLEAN;
}

int cmd_drop(int argc, char **argv)
{
	struct lfvec_stress_vec vec, name = { 0 };
	struct args a;
	int fd;

	get_args(&a, argc, argv, 1, 1);
	fd = dev_attach(a.arg[0], &vec);
	memcpy(name.name, vec.name, sizeof(name.name));
	if (just_say("drop the name %s; the vector goes with its last user", a.arg[0]))
		return EXIT_CLEAN;
	dev_must(fd, LFVEC_STRESS_DROP, &name, a.arg[0]);
	return EXIT_CLEAN;
}

static void stat_one(const struct args *a, const char *name)
{
	struct lfvec_stress_stats stats;
	struct lfvec_stress_vec vec;
	int fd = dev_attach(name, &vec);

	dev_must(fd, LFVEC_STRESS_STATS, &stats, name);
	close(fd);
	if (a->json) {
		json_open(NULL, '{');
		json_str("name", name);
		json_u64("esize", vec.esize);
		json_u64("first", vec.first);
		json_u64("max", vec.max);
		json_str("form", form_name(vec.form));
		json_u64("spare", vec.spare);
		json_u64("backlog", vec.backlog);
		report_stats_json(&stats);
		json_close('}');
		return;
	}
	print_vec(name, &vec);
	report_stats(&stats);
}

/* All names are in debugfs. */
static void stat_all(const struct args *a)
{
	DIR *dir = opendir(VECTOR_DIR);
	struct dirent *entry;

	if (!dir)
		die_nameless(errno);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' || strlen(entry->d_name) > 2)
			stat_one(a, entry->d_name);
	closedir(dir);
}

int cmd_stat(int argc, char **argv)
{
	struct args a;
	int i;

	get_args(&a, argc, argv, 0, 1024);
	if (a.json)
		json_open(NULL, '[');
	for (i = 0; i < a.nr; i++)
		stat_one(&a, a.arg[i]);
	if (!a.nr)
		stat_all(&a);
	if (a.json) {
		json_close(']');
		printf("\n");
	}
	return EXIT_CLEAN;
}

int cmd_push(int argc, char **argv)
{
	struct lfvec_stress_vec vec;
	struct lfvec_stress_io io;
	struct args a;
	u8 *elems;
	int fd, i, step;

	get_args(&a, argc, argv, 2, 65);
	fd = dev_attach(a.arg[0], &vec);
	elems = buffer(a.nr, vec.esize);
	for (i = 1; i < a.nr; i++)
		encode_elem(&a, a.arg[i], elems + (i - 1) * vec.esize, vec.esize);
	if (just_say("push %d elements to %s%s", a.nr - 1, a.arg[0],
		     a.together ? ", in one step" : ""))
		return EXIT_CLEAN;
	step = a.together ? a.nr - 1 : 1;
	for (i = 0; i < a.nr - 1; i += step) {
		io = (struct lfvec_stress_io){
			.buf = (uintptr_t)(elems + i * vec.esize),
			.count = step, .flags = a.flags,
		};
		vec_io(fd, LFVEC_STRESS_PUSH, &io);
		printf("%llu\n", io.index);
	}
	free(elems);
	return EXIT_CLEAN;
}

int cmd_pop(int argc, char **argv)
{
	struct lfvec_stress_io io = { .count = 1 };
	struct lfvec_stress_vec vec;
	struct args a;
	u8 *elems;
	u64 i;
	int fd;

	get_args(&a, argc, argv, 1, 2);
	fd = dev_attach(a.arg[0], &vec);
	if (a.nr == 2)
		io.count = parse_u64("N", a.arg[1], 64);
	if (!io.count)
		usage("pop: at least one element");
	check_takes_out(&vec);
	if (just_say("pop %u elements from %s, or as many as there are", io.count,
		     a.arg[0]))
		return EXIT_CLEAN;
	elems = buffer(io.count, vec.esize);
	io.buf = (uintptr_t)elems;
	vec_io(fd, LFVEC_STRESS_POP, &io);
	for (i = 0; i < io.index; i++)
		print_elem(&a, elems + i * vec.esize, vec.esize);
	free(elems);
	return EXIT_CLEAN;
}

/* load and peek */
static int look(int argc, char **argv, unsigned long cmd, int nr)
{
	struct lfvec_stress_io io = { 0 };
	struct lfvec_stress_vec vec;
	struct args a;
	void *elem;
	int fd;

	get_args(&a, argc, argv, nr, nr);
	fd = dev_attach(a.arg[0], &vec);
	elem = buffer(1, vec.esize);
	if (nr > 1)
		io.index = parse_u64("index", a.arg[1], UINT64_MAX);
	io.buf = (uintptr_t)elem;
	vec_io(fd, cmd, &io);
	print_elem(&a, elem, vec.esize);
	free(elem);
	return EXIT_CLEAN;
}

int cmd_load(int argc, char **argv)
{
	return look(argc, argv, LFVEC_STRESS_LOAD, 2);
}

int cmd_peek(int argc, char **argv)
{
	return look(argc, argv, LFVEC_STRESS_PEEK, 1);
}

/* store, xchg and cmpxchg: the last argument is the new element */
static int replace(int argc, char **argv, unsigned long cmd)
{
	struct lfvec_stress_io io = { 0 };
	struct lfvec_stress_vec vec;
	u8 *elem, *old;
	struct args a;
	int fd, nr;

	nr = cmd == LFVEC_STRESS_CMPXCHG ? 4 : 3;
	get_args(&a, argc, argv, nr, nr);
	fd = dev_attach(a.arg[0], &vec);
	elem = buffer(1, vec.esize);
	old = buffer(1, vec.esize);
	encode_elem(&a, a.arg[nr - 1], elem, vec.esize);
	if (nr == 4)
		encode_elem(&a, a.arg[2], old, vec.esize);
	io.index = parse_u64("index", a.arg[1], UINT64_MAX);
	io.buf = (uintptr_t)elem;
	check_takes_out(&vec);
	if (is_dry_run())
		vec_io(fd, LFVEC_STRESS_LOAD, &io);
	if (just_say("%s element %llu of %s", command->name, io.index, a.arg[0]))
		return EXIT_CLEAN;
	io.old = cmd == LFVEC_STRESS_STORE ? 0 : (uintptr_t)old;
	io.flags = a.flags;
	vec_io(fd, cmd, &io);
	if (cmd == LFVEC_STRESS_XCHG)
		print_elem(&a, old, vec.esize);
	if (cmd == LFVEC_STRESS_CMPXCHG && !io.index) {
		fprintf(stderr, "lfvec: not as expected, but: ");
		print_elem(&a, old, vec.esize);
		return EXIT_CHECK;
	}
	free(elem);
	free(old);
	return EXIT_CLEAN;
}

int cmd_store(int argc, char **argv)
{
	return replace(argc, argv, LFVEC_STRESS_STORE);
}

int cmd_xchg(int argc, char **argv)
{
	return replace(argc, argv, LFVEC_STRESS_XCHG);
}

int cmd_cmpxchg(int argc, char **argv)
{
	return replace(argc, argv, LFVEC_STRESS_CMPXCHG);
}

/* Commands that take or give a number, and no element. */
static int number(int argc, char **argv, unsigned long cmd, int nr, bool print)
{
	struct lfvec_stress_io io = { 0 };
	struct lfvec_stress_vec vec;
	struct args a;
	int fd;

	get_args(&a, argc, argv, nr, nr);
	fd = dev_attach(a.arg[0], &vec);
	if (nr > 1)
		io.index = parse_count("number", a.arg[1], UINT64_MAX);
	io.flags = a.flags;
	if (cmd == LFVEC_STRESS_TRUNCATE)
		check_takes_out(&vec);
	if (cmd != LFVEC_STRESS_SIZE && cmd != LFVEC_STRESS_OLDEST &&
	    just_say("%s %s%s%s: %s", command->name, a.arg[0], nr > 1 ? " " : "",
		     nr > 1 ? a.arg[1] : "", command->what))
		return EXIT_CLEAN;
	vec_io(fd, cmd, &io);
	if (print)
		printf("%llu\n", io.index);
	return EXIT_CLEAN;
}

int cmd_truncate(int argc, char **argv)
{
	return number(argc, argv, LFVEC_STRESS_TRUNCATE, 2, true);
}

int cmd_clear(int argc, char **argv)
{
	return number(argc, argv, LFVEC_STRESS_TRUNCATE, 1, true);
}

int cmd_size(int argc, char **argv)
{
	return number(argc, argv, LFVEC_STRESS_SIZE, 1, true);
}

int cmd_reserve(int argc, char **argv)
{
	return number(argc, argv, LFVEC_STRESS_RESERVE, 2, false);
}

int cmd_oldest(int argc, char **argv)
{
	return number(argc, argv, LFVEC_STRESS_OLDEST, 1, true);
}

int cmd_shrink(int argc, char **argv)
{
	return number(argc, argv, LFVEC_STRESS_SHRINK, 1, true);
}
