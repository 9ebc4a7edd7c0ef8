// SPDX-License-Identifier: GPL-2.0
/*
 * A scheduler that lets one of several threads take one step at a time
 *
 * The threads are coroutines, each of them on a CPU of its own, unless it interrupts
 * another one. A step is an access to shared memory, or something that others may
 * have to wait for. Before each one, somebody else decides who goes on.
 *
 * RCU is exact: a callback may run, in a thread of its own, as soon as all sections
 * have ended that had begun when it was queued, or at any later time. When it does is
 * one of the decisions, as is when a section begins. So "as early as is legal" is
 * among the executions, and nothing is assumed about how late RCU is. What irq_work
 * and workqueues run are threads in the same way. Who waits for any of this can not
 * be chosen until it is over.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <linux/irq_work.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "arena.h"
#include "scheduler.h"
#include "stub.h"

#define STACK_SIZE	65536
#define ITEMS_MAX	(ORDER_THREADS - SCHED_PROGRAM)
#define GPS_MAX		ORDER_THREADS
#define ACCESSES_MAX	1000000

/* A grace period: who it waits for, and what comes before its end. */
struct gp {
	unsigned long		readers;
	struct order_clock	clock;
};

/*
 * What the kernel runs for somebody: an irq_work, a callback or a work
 *
 * @queued: how often, and @ended: how often it has run
 * @queue:  the event that queued it
 * @ends:   the events with which it ended, of the last few
 */
struct item {
	const void		*addr;
	void			(*run)(struct item *item);
	bool			pending;
	bool			running;
	unsigned int		queued;
	unsigned int		ended;
	unsigned int		queue;
	unsigned int		ends[16];
	struct gp		gp;
};

struct thread {
	jmp_buf		home;		/* from where a function is called */
	jmp_buf		here;
	void		(*func)(unsigned int nr);
	bool		(*ready)(const void *arg);
	const void	*arg;
	unsigned int	cpu;
	int		on;
	bool		used;
	bool		fresh;		/* has not begun */
	bool		done;
	bool		held;		/* interrupted */
	unsigned int	nest;		/* of RCU sections */
	struct order_clock left;	/* the last one */
};

static struct thread threads[ORDER_THREADS];
static struct item items[ITEMS_MAX];
static struct gp *gps[GPS_MAX];
static char stacks[ORDER_THREADS][STACK_SIZE] __aligned(64);
static struct thread *current_thread;
static unsigned int main_nest;
static jmp_buf back;
static bool may_leave;
static unsigned int accesses;	/* since the last event */
static const struct sched_driver *driver;
static const char *failure;
static ucontext_t creator;

unsigned int sched_current(void)
{
	return current_thread ? current_thread - threads : ORDER_THREADS;
}

int sched_on(unsigned int nr)
{
	return threads[nr].on;
}

bool sched_same_cpu(unsigned int a, unsigned int b)
{
	return threads[a].cpu == threads[b].cpu;
}

const char *sched_failure(void)
{
	return failure;
}

static __noreturn void leave(enum sched_end end)
{
	current_thread = NULL;
	may_leave = false;
	_longjmp(back, end + 1);
}

void sched_fail(const char *what)
{
	failure = what;
	if (may_leave)
		leave(SCHED_FAILED);
	fprintf(stderr, "%s\n", what);
	abort();
}

static void segv(int sig)
{
	sched_fail("a wild pointer is followed");
}

/* Returns 0; and later once more, with 1 + how it ended. */
#define may_leave_to(back)						\
({									\
	accesses = 0;							\
	may_leave = true;						\
	_setjmp(back);							\
})

/* --- threads --- */

static bool enabled(const struct thread *t)
{
	if (!t->used || t->done || t->held)
		return false;
	/* where another one is interrupted, it must go on first */
	if (t->on >= 0 && t->fresh && threads[t->on].held)
		return false;
	return !t->ready || t->ready(t->arg);
}

static unsigned long all_enabled(void)
{
	unsigned long mask = 0;
	unsigned int nr;

	for (nr = 0; nr < ORDER_THREADS; nr++)
		if (enabled(&threads[nr]))
			mask |= BIT(nr);
	return mask;
}

/* Nobody can go on: are all of the program done? What the kernel runs never is. */
static enum sched_end end_of_all(void)
{
	unsigned int nr;

	for (nr = 0; nr < SCHED_PROGRAM; nr++) {
		if (threads[nr].used && !threads[nr].done) {
			failure = "nobody can go on";
			return SCHED_FAILED;
		}
	}
	return SCHED_DONE;
}

/* Let whoever is chosen go on. Returns when it is us. */
static void schedule(void)
{
	unsigned long mask = all_enabled();
	struct thread *me = current_thread, *next;
	int nr;

	if (!mask)
		leave(end_of_all());
	if (order_nr == ORDER_EVENTS - 1)
		sched_fail("no end");
	nr = driver->choose(mask);
	if (nr < 0)
		leave(SCHED_STOPPED);
	next = &threads[nr];
	if (next == me)
		return;
	current_thread = next;
	stub_cpu = next->cpu;
	if (!me || me->done || !_setjmp(me->here))
		_longjmp(next->fresh ? next->home : next->here, 1);
}

/* Before an event: wait until it is our turn. */
static void wait_turn(bool (*ready)(const void *arg), const void *arg)
{
	struct thread *me = current_thread;

	if (me->fresh) {
		me->fresh = false;
		return;
	}
	me->ready = ready;
	me->arg = arg;
	schedule();
}

static void event(struct order_op op, const char *what, const void *addr)
{
	struct order_event *e = &order_trace[order_nr];

	e->what = what;
	e->addr = addr;
	e->from = NULL;
	accesses = 0;
	order_event(sched_current(), op);
}

static void event_local(const char *what)
{
	event((struct order_op){ .kind = ORDER_LOCAL }, what, NULL);
}

static void event_at(unsigned long place, enum order_kind kind, const char *what,
		     const void *addr)
{
	event((struct order_op){ .place = place, .kind = kind }, what, addr);
}

/* Where a thread is while it has nothing to do; to begin again, it is sent here. */
static void coroutine(int nr)
{
	static ucontext_t nowhere;

	if (!_setjmp(threads[nr].home))
		swapcontext(&nowhere, &creator);
	current_thread->func(sched_current());
	current_thread->done = true;
	schedule();
}

static void create(int nr)
{
	static ucontext_t context;

	getcontext(&context);
	context.uc_stack.ss_sp = stacks[nr];
	context.uc_stack.ss_size = STACK_SIZE;
	makecontext(&context, (void (*)(void))coroutine, 1, nr);
	swapcontext(&creator, &context);
}

static struct thread *thread_begin(unsigned int nr, unsigned int cpu,
				   void (*func)(unsigned int nr))
{
	struct thread *t = &threads[nr];

	t->func = func;
	t->ready = NULL;
	t->cpu = cpu;
	t->on = -1;
	t->used = true;
	t->fresh = true;
	t->done = false;
	t->held = false;
	t->nest = 0;
	memset(&t->left, 0, sizeof(t->left));
	return t;
}

static void (*program[SCHED_PROGRAM])(unsigned int nr);

/* What an interruption does comes after what it interrupts, and before the rest. */
static void interruption(unsigned int nr)
{
	unsigned int on = threads[nr].on;

	wait_turn(NULL, NULL);
	threads[on].held = true;
	order_after(nr, order_now(on));
	event_local("interrupts");
	program[nr](nr);
	order_after(on, order_now(nr));
	threads[on].held = false;
}

static void thread_main(unsigned int nr)
{
	wait_turn(NULL, NULL);
	event_local("begins");
	program[nr](nr);
}

void sched_thread(unsigned int nr, unsigned int cpu, int on,
		  void (*func)(unsigned int nr))
{
	struct thread *t = thread_begin(nr, cpu,
					on < 0 ? thread_main : interruption);

	t->on = on;
	program[nr] = func;
}

enum sched_end sched_run(const struct sched_driver *by)
{
	static bool created;
	int nr;

	for (nr = 0; !created && nr < ORDER_THREADS; nr++)
		create(nr);
	created = true;
	driver = by;
	order_begin();
	nr = may_leave_to(back);
	if (!nr)
		schedule();
	stub_cpu = SCHED_CPUS - 1;
	return nr - 1;
}

bool sched_try(void (*func)(void))
{
	if (may_leave_to(back))
		return false;
	func();
	may_leave = false;
	return true;
}

void sched_begin(void)
{
	struct sigaction action = { .sa_handler = segv, .sa_flags = SA_NODEFER };

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

void sched_reset(void)
{
	unsigned int nr;

	for (nr = 0; nr < ORDER_THREADS; nr++)
		threads[nr].used = false;
	memset(items, 0, sizeof(items));
	memset(gps, 0, sizeof(gps));
	main_nest = 0;
	failure = NULL;
}

/* --- what the core does --- */

void sched_says(const char *what)
{
	wait_turn(NULL, NULL);
	event_local(what);
}

static void check_live(unsigned long unit)
{
	if (!arena_live(unit))
		sched_fail("use after free");
}

/* Where nothing is a step, it might go on forever. */
static void count_access(void)
{
	if (++accesses == ACCESSES_MAX)
		sched_fail("no end");
}

bool sched_step(const void *addr)
{
	unsigned long unit = arena_unit(addr);

	count_access();
	if (!current_thread || unit == ARENA_UNITS)
		return false;
	wait_turn(NULL, NULL);
	check_live(unit);
	return true;
}

void sched_stepped(const void *addr, enum order_kind kind, const char *what,
		   const void *from)
{
	event_at(arena_unit(addr), kind, what, addr);
	order_trace[order_nr - 1].from = from;
}

void sched_plain(const void *addr, size_t size, bool write)
{
	unsigned long unit = arena_unit(addr);

	count_access();
	if (!current_thread || unit == ARENA_UNITS)
		return;
	check_live(unit);
	order_plain(sched_current(), unit, ALIGN(size, ARENA_UNIT) / ARENA_UNIT,
		    write);
}

void sched_memory(void)
{
	if (!current_thread)
		return;
	wait_turn(NULL, NULL);
	event_at(ORDER_HEAP, ORDER_WRITE, "heap", NULL);
}

/* --- RCU --- */

static unsigned int *my_nest(void)
{
	return current_thread ? &current_thread->nest : &main_nest;
}

bool rcu_read_ongoing(void)
{
	return *my_nest();
}

void rcu_read_lock(void)
{
	if (current_thread && !current_thread->nest) {
		wait_turn(NULL, NULL);
		event_at(ORDER_RCU, ORDER_READ, "rcu_read_lock", NULL);
	}
	++*my_nest();
}

static void section_ended(void)
{
	unsigned int nr = sched_current(), i;

	threads[nr].left = *order_now(nr);
	for (i = 0; i < GPS_MAX; i++) {
		if (!gps[i] || !(gps[i]->readers & BIT(nr)))
			continue;
		gps[i]->readers &= ~BIT(nr);
		order_join(&gps[i]->clock, order_now(nr));
	}
}

static void settle(void);

void rcu_read_unlock(void)
{
	if (current_thread && current_thread->nest == 1) {
		wait_turn(NULL, NULL);
		event_local("rcu_read_unlock");
		current_thread->nest = 0;
		section_ended();
		return;
	}
	if (!--*my_nest())
		settle();
}

/*
 * A grace period begins: for whom must it wait? Its end comes after sections that
 * have ended already, too: had they not, it would have had to wait for them.
 */
static void gp_begin(struct gp *gp)
{
	unsigned int nr;

	gp->readers = 0;
	memset(&gp->clock, 0, sizeof(gp->clock));
	for (nr = 0; nr < ORDER_THREADS; nr++) {
		if (!threads[nr].used)
			continue;
		if (threads[nr].nest)
			gp->readers |= BIT(nr);
		order_join(&gp->clock, &threads[nr].left);
	}
	for (nr = 0; gps[nr] && gps[nr] != gp; nr++)
		;
	gps[nr] = gp;
}

static bool gp_over(const void *gp)
{
	return !((const struct gp *)gp)->readers;
}

void synchronize_rcu(void)
{
	struct gp gp;
	int i;

	might_sleep();
	if (!current_thread) {
		settle();
		return;
	}
	wait_turn(NULL, NULL);
	event_at(ORDER_RCU, ORDER_ADD, "waits for readers", NULL);
	gp_begin(&gp);
	wait_turn(gp_over, &gp);
	order_after(sched_current(), &gp.clock);
	event_local("has waited");
	for (i = 0; gps[i] != &gp; i++)
		;
	gps[i] = NULL;
}

/* --- what the kernel runs --- */

static void run_irq_work(struct item *item)
{
	struct irq_work *work = (struct irq_work *)item->addr;

	work->func(work);
}

static void run_callback(struct item *item)
{
	struct rcu_head *head = (struct rcu_head *)item->addr;

	head->func(head);
}

static void run_work(struct item *item)
{
	struct work_struct *work = (struct work_struct *)item->addr;

	work->func(work);
}

static bool item_due(const void *arg)
{
	const struct item *item = arg;

	return item->pending && (item->run != run_callback || gp_over(&item->gp));
}

static bool item_idle(const void *arg)
{
	const struct item *item = arg;

	return !item->pending && !item->running;
}

/* A callback is queued only when it is not, so that nobody competes for it. */
static void item_event(struct item *item, enum order_kind kind, const char *what)
{
	if (item->run == run_callback)
		event_local(what);
	else
		event_at(arena_unit(item->addr), kind, what, item->addr);
}

static void item_main(unsigned int nr)
{
	struct item *item = &items[nr - SCHED_PROGRAM];

	for (;;) {
		wait_turn(item_due, item);
		item->pending = false;
		item->running = true;
		order_after(nr, &order_trace[item->queue].clock);
		if (item->run == run_callback)
			order_after(nr, &item->gp.clock);
		item_event(item, ORDER_WRITE, "begins");
		item->run(item);
		wait_turn(NULL, NULL);
		item->running = false;
		item->ends[item->ended++ % ARRAY_SIZE(item->ends)] = order_nr;
		item_event(item, ORDER_WRITE, "ends");
	}
}

/* Those that are known before an execution have the same threads in each one. */
static struct item *item_of(const void *addr, void (*run)(struct item *item))
{
	struct item *item;

	for (item = items; item < items + ITEMS_MAX; item++) {
		if (item->addr == addr)
			return item;
		if (item->addr)
			continue;
		item->addr = addr;
		item->run = run;
		return item;
	}
	fprintf(stderr, "too much that the kernel is to run\n");
	exit(3);
}

void sched_knows(struct irq_work *work, struct rcu_head *head)
{
	item_of(work, run_irq_work);
	item_of(head, run_callback);
}

void sched_knows_worker(struct irq_work *kick, struct work_struct *work)
{
	item_of(kick, run_irq_work);
	item_of(work, run_work);
}

static void item_queue(struct item *item)
{
	unsigned int nr = SCHED_PROGRAM + (item - items);

	item->pending = true;
	if (!current_thread)
		return;
	item->queue = order_nr - 1;
	item->queued++;
	if (!threads[nr].used) {
		thread_begin(nr, nr, item_main)->ready = item_due;
		threads[nr].arg = item;
	}
}

/* Where no thread runs, what is queued is done at the first opportunity. */
static void settle(void)
{
	static bool settling;
	struct item *item;

	if (settling)
		return;
	settling = true;
	for (item = items; item < items + ITEMS_MAX; item++) {
		if (!item->pending)
			continue;
		item->pending = false;
		item->run(item);
		item = items - 1;
	}
	settling = false;
}

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	struct item *item = item_of(head, run_callback);

	head->func = func;
	if (current_thread) {
		wait_turn(NULL, NULL);
		event_at(ORDER_RCU, ORDER_ADD, "call_rcu", NULL);
		gp_begin(&item->gp);
	}
	if (item->pending)
		sched_fail("a callback is queued twice");
	item_queue(item);
}

struct barrier {
	unsigned int	queued[ITEMS_MAX];
};

static bool barrier_over(const void *arg)
{
	const struct barrier *b = arg;
	int i;

	for (i = 0; i < ITEMS_MAX; i++)
		if (items[i].run == run_callback && (int)(items[i].ended - b->queued[i]) < 0)
			return false;
	return true;
}

void rcu_barrier(void)
{
	struct barrier b;
	unsigned int end;
	int i;

	might_sleep();
	if (!current_thread) {
		settle();
		return;
	}
	wait_turn(NULL, NULL);
	event_at(ORDER_RCU, ORDER_WRITE, "waits for callbacks", NULL);
	for (i = 0; i < ITEMS_MAX; i++)
		b.queued[i] = items[i].queued;
	wait_turn(barrier_over, &b);
	for (i = 0; i < ITEMS_MAX; i++) {
		if (items[i].run != run_callback || !b.queued[i])
			continue;
		end = items[i].ends[(b.queued[i] - 1) % ARRAY_SIZE(items[i].ends)];
		order_after(sched_current(), &order_trace[end].clock);
	}
	event_local("has waited");
}

bool irq_work_queue(struct irq_work *work)
{
	struct item *item = item_of(work, run_irq_work);

	if (current_thread) {
		wait_turn(NULL, NULL);
		item_event(item, ORDER_WRITE, "irq_work_queue");
	}
	if (item->pending)
		return false;
	item_queue(item);
	if (!rcu_read_ongoing() && !current_thread)
		settle();
	return true;
}

/* What had to wait might have come before what it waited for was queued. */
static void item_wait(struct item *item, const char *what)
{
	if (!current_thread) {
		settle();
		return;
	}
	wait_turn(item_idle, item);
	item_event(item, ORDER_READ, what);
	if (item->queued && driver->late)
		driver->late(sched_current(), item->queue);
}

void irq_work_sync(struct irq_work *work)
{
	might_sleep();
	item_wait(item_of(work, run_irq_work), "irq_work_sync");
}

void stub_queue_work(struct work_struct *work)
{
	struct item *item = item_of(work, run_work);

	if (current_thread) {
		wait_turn(NULL, NULL);
		item_event(item, ORDER_WRITE, "queue_work");
	}
	if (!item->pending)
		item_queue(item);
}

void cancel_work_sync(struct work_struct *work)
{
	might_sleep();
	item_wait(item_of(work, run_work), "cancel_work_sync");
}

static bool mutex_free(const void *arg)
{
	return !((const struct mutex *)arg)->locked;
}

void mutex_lock(struct mutex *mutex)
{
	might_sleep();
	if (current_thread) {
		wait_turn(mutex_free, mutex);
		event_at(arena_unit(mutex), ORDER_WRITE, "mutex_lock", mutex);
		if (mutex->locks && driver->late)
			driver->late(sched_current(), mutex->event);
		mutex->event = order_nr - 1;
		mutex->locks++;
	}
	mutex->locked = true;
}

void mutex_unlock(struct mutex *mutex)
{
	if (current_thread) {
		wait_turn(NULL, NULL);
		event_at(arena_unit(mutex), ORDER_WRITE, "mutex_unlock", mutex);
	}
	mutex->locked = false;
}

void rcu_register_thread(void)
{
}

void rcu_unregister_thread(void)
{
}
