/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_MUTEX_H
#define _LINUX_MUTEX_H

#include <pthread.h>
#include <linux/sched.h>

#ifdef STUB_SCHED

struct mutex {
	bool		locked;
	unsigned int	locks;
	unsigned int	event;	/* with which it was locked the last time */
};

#define DEFINE_MUTEX(name)	struct mutex name

static inline void mutex_init(struct mutex *mutex)
{
	*mutex = (struct mutex){ .locked = false };
}

void mutex_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);

#else

struct mutex {
	pthread_mutex_t	lock;
};

#define DEFINE_MUTEX(name)						\
	struct mutex name = { .lock = PTHREAD_MUTEX_INITIALIZER }

static inline void mutex_init(struct mutex *mutex)
{
	pthread_mutex_init(&mutex->lock, NULL);
}

static inline void mutex_lock(struct mutex *mutex)
{
	might_sleep();
	pthread_mutex_lock(&mutex->lock);
}

static inline void mutex_unlock(struct mutex *mutex)
{
	pthread_mutex_unlock(&mutex->lock);
}

#endif

#endif /* _LINUX_MUTEX_H */
