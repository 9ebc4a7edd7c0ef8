// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec top: what vectors and logs say of themselves
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "top.h"

const struct top_columns top_columns[2] = {
	{ { "PUSH/s", "POP/s", "STORE/s", "RETRY/s", "HELP/s", "DROP/s" }, 3 },
	{ { "WRITE/s", "OVER/s", "CUT/s", "DROP/s" }, 1 },
};

u64 top_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (u64)NS_PER_S + now.tv_nsec;
}

static struct top_item *find_item(struct top *t, bool is_log, const char *name)
{
	struct top_item *item;
	u32 i;

	for (i = 0; i < t->nr; i++) {
		item = &t->item[i];
		if (item->is_log == is_log && !strcmp(item->name, name))
			return item;
	}
	t->item = realloc(t->item, (t->nr + 1) * sizeof(*item));
	if (!t->item)
		die(EXIT_RESOURCES, "out of memory");
	item = &t->item[t->nr++];
	*item = (struct top_item){ .is_log = is_log };
	snprintf(item->name, sizeof(item->name), "%s", name);
	return item;
}

static void sample_vec(struct top *t, const char *name)
{
	struct lfvec_stress_stats s;
	struct lfvec_stress_vec vec;
	struct top_item *item;
	int fd = dev_try_attach(name, &vec), err;

	if (fd < 0)
		return;
	err = dev_call(fd, LFVEC_STRESS_STATS, &s);
	close(fd);
	if (err)
		return;
	item = find_item(t, false, name);
	item->seen = true;
	item->size = s.size;
	item->room = s.capacity;
	item->memory = s.bytes;
	item->now[0] = s.pushes;
	item->now[1] = s.pops;
	item->now[2] = s.stores;
	item->now[3] = s.retries;
	item->now[4] = s.helped;
	item->now[5] = s.dropped;
}

static void sample_log(struct top *t, const char *name)
{
	struct lfvec_log_info info;
	struct top_item *item;
	u64 dropped = 0;
	u32 i;
	int fd = log_open_quietly(name, O_RDONLY, &info);

	t->refused += fd == -EACCES || fd == -EPERM;
	if (fd < 0)
		return;
	close(fd);
	for (i = 0; i < LFVEC_LOG_DROPS; i++)
		dropped += info.dropped[i];
	item = find_item(t, true, name);
	item->seen = true;
	item->size = info.next - info.first;
	item->room = info.records;
	item->memory = info.memory;
	item->level = info.level;
	item->readers = info.readers ? info.readers - 1 : 0;
	item->now[0] = info.written;
	item->now[1] = info.overwritten;
	item->now[2] = info.cut;
	item->now[3] = dropped;
}

static void sample_names(struct top *t, const char *path,
			 void (*sample)(struct top *t, const char *name))
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			sample(t, entry->d_name);
	if (dir)
		closedir(dir);
}

static void trail_add(struct top_trail *trail, double rate)
{
	if (trail->nr == TOP_TRAIL)
		memmove(trail->rate, trail->rate + 1,
			--trail->nr * sizeof(*trail->rate));
	trail->rate[trail->nr++] = rate;
}

/* Who has gone and come again under the same name, has counted from zero on. */
static u64 difference(u64 now, u64 before)
{
	return now < before ? now : now - before;
}

static double item_rates(struct top_item *item, double seconds)
{
	double sum = 0;
	u32 i;

	for (i = 0; i < TOP_COUNTERS; i++) {
		item->rate[i] = difference(item->now[i], item->before[i]) /
				seconds;
		if (i < top_columns[item->is_log].trailed)
			sum += item->rate[i];
	}
	trail_add(&item->trail, sum);
	return sum;
}

static double activity(const struct top_item *item)
{
	return item->trail.nr ? item->trail.rate[item->trail.nr - 1] : 0;
}

/* Vectors, then logs; of these the busiest first */
static int by_activity(const void *a, const void *b)
{
	const struct top_item *x = a, *y = b;
	double d = activity(y) - activity(x);

	if (x->is_log != y->is_log)
		return x->is_log - y->is_log;
	if (d)
		return d < 0 ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void forget_gone(struct top *t)
{
	u32 i, nr = 0;

	for (i = 0; i < t->nr; i++)
		if (t->item[i].seen)
			t->item[nr++] = t->item[i];
	t->nr = nr;
}

void top_sample(struct top *t)
{
	u64 now = top_clock(), last = t->time;
	double sum[2] = { 0 };
	struct top_item *item;
	u32 i, known = t->nr;

	for (i = 0; i < t->nr; i++) {
		t->item[i].seen = false;
		memcpy(t->item[i].before, t->item[i].now,
		       sizeof(t->item[i].before));
	}
	t->refused = 0;
	t->time = now;
	sample_names(t, VECTOR_DIR, sample_vec);
	sample_names(t, LOG_DIR, sample_log);
	for (i = 0; i < t->nr; i++) {
		item = &t->item[i];
		if (i < known && item->seen && last)
			sum[item->is_log] += item_rates(item, (now - last) / 1e9);
	}
	for (i = 0; last && i < ARRAY_SIZE(sum); i++)
		trail_add(&t->all[i], sum[i]);
	forget_gone(t);
	if (t->nr)
		qsort(t->item, t->nr, sizeof(*t->item), by_activity);
}
