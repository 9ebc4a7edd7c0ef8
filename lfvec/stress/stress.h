/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside lfvec_stress.ko
 */
#ifndef _LFVEC_STRESS_INT_H
#define _LFVEC_STRESS_INT_H

#include <linux/kref.h>
#include <linux/lfvec.h>
#include <linux/lfvec_stress.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/processor.h>
#include <linux/timex.h>

struct dentry;
struct stress_run;
struct task_struct;

/* Forms as the interface has them are those of the library. */
#define STRESS_FORMS	(LFVEC_STRESS_OVERWRITE | LFVEC_STRESS_APPEND_ONLY)

/* A named vector: one reference of the list of names, one of each open file. */
struct stress_vec {
	struct lfvec		vec;
	struct list_head	list;
	struct kref		ref;
	char			name[LFVEC_STRESS_NAME_MAX];
	struct dentry		*dir;
};

/* An open file. Once set, @vec stays until the file is released. */
struct stress_file {
	struct mutex		lock;	/* for setting @vec, and for @run */
	struct stress_vec	*vec;
	struct stress_run	*run;
};

/*
 * An implementation to run: calls return 0 or, for loads of what is not there
 * and the like, a negative errno. A call that is NULL is not supported.
 */
struct stress_impl {
	void *(*create)(u32 esize, const struct lfvec_attr *attr, bool jitter);
	void (*destroy)(void *v);
	unsigned long (*size)(void *v);
	long (*push)(void *v, const void *elem, gfp_t gfp);	/* the index */
	int (*pop)(void *v, void *elem);
	int (*load)(void *v, unsigned long index, void *elem);
	int (*peek)(void *v, void *elem);
	unsigned long (*oldest)(void *v);
	int (*store)(void *v, unsigned long index, const void *elem, gfp_t gfp);
	int (*exchange)(void *v, unsigned long index, const void *new,
			void *old, gfp_t gfp);
	int (*compare)(void *v, unsigned long index, void *old,
		       const void *new, gfp_t gfp);	/* 1 if replaced, or 0 */
	long (*push_many)(void *v, const void *elems, unsigned int nr,
			  gfp_t gfp);	/* index of the first */
	int (*pop_many)(void *v, void *elems, unsigned int nr);
	long (*truncate)(void *v, unsigned long size);
	void (*stats)(void *v, struct lfvec_stress_stats *stats);
	/* called now and then: wait for memory that piles up */
	void (*relax)(void);
};

/* main.c */
bool stress_name_ok(const char *name);
unsigned long stress_most(u32 esize);
int stress_attr(u32 esize, struct lfvec_attr *attr);

/* What has no room in a word of 32 bits is more than stress_attr() allows. */
static inline unsigned long stress_ulong(u64 value)
{
	return min_t(u64, value, ULONG_MAX);
}

/* io.c */
long stress_push(struct stress_file *sf, void *arg);
long stress_pop(struct stress_file *sf, void *arg);
long stress_load(struct stress_file *sf, void *arg);
long stress_store(struct stress_file *sf, void *arg);
long stress_xchg(struct stress_file *sf, void *arg);
long stress_cmpxchg(struct stress_file *sf, void *arg);
long stress_peek(struct stress_file *sf, void *arg);
long stress_truncate(struct stress_file *sf, void *arg);
long stress_size(struct stress_file *sf, void *arg);
long stress_reserve(struct stress_file *sf, void *arg);
long stress_oldest(struct stress_file *sf, void *arg);
long stress_shrink(struct stress_file *sf, void *arg);
long stress_stats(struct stress_file *sf, void *arg);
void stress_stats_get(struct lfvec *vec, struct lfvec_stress_stats *stats);

/* run.c */
long stress_start(struct stress_file *sf, void *arg);
long stress_wait(struct stress_file *sf, void *arg);
long stress_stop(struct stress_file *sf, void *arg);
long stress_result(struct stress_file *sf, void *arg);
void stress_abandon(struct stress_file *sf);
int stress_kthread(struct task_struct **task, int (*fn)(void *data), void *data,
		   int cpu, const char *name, u32 nr);

/* history.c */
long stress_history(struct stress_file *sf, void *arg);

/* impl.c, published.c */
extern const struct stress_impl stress_impl_lfvec;
extern const struct stress_impl stress_impl_published;
extern const struct stress_impl stress_impl_spinlock;
const struct stress_impl *stress_impl(u32 impl);
void *published_create(u32 esize, const struct lfvec_attr *attr, bool jitter);
void published_destroy(void *v);
long published_push(void *v, const void *elem, gfp_t gfp);
int published_pop(void *v, void *elem);
int published_load(void *v, unsigned long index, void *elem);
int published_store(void *v, unsigned long index, const void *elem);
size_t published_bytes(void *v);

/* bench.c */
long stress_bench(struct stress_file *sf, void *arg);

/* log.c */
long stress_log_create(struct stress_file *sf, void *arg);
long stress_log_drop(struct stress_file *sf, void *arg);
void stress_log_exit(void);

/* storm.c */
long stress_storm(struct stress_file *sf, void *arg);

/* logcost.c */
long stress_log_cost(struct stress_file *sf, void *arg);

/* debugfs.c */
void stress_debugfs_init(void);
void stress_debugfs_exit(void);
void stress_debugfs_add(struct stress_vec *sv);
void stress_debugfs_remove(struct stress_vec *sv);

/* Dawdle now and then, to be overtaken at awkward moments. */
static inline void stress_jitter(bool on)
{
	unsigned int i;

	if (on && !(get_cycles() & 63))
		for (i = 0; i < 2000; i++)
			cpu_relax();
}

#endif /* _LFVEC_STRESS_INT_H */
