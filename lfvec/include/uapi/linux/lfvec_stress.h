/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * lfvec_stress - drive lock-free vectors from user space, to test and measure
 *
 * All ioctls are on /dev/lfvec_stress. Reserved and padding fields and unknown
 * flags must be zero, or the call fails with EINVAL. Every struct has the same
 * layout for 32-bit and 64-bit programs.
 */
#ifndef _UAPI_LINUX_LFVEC_STRESS_H
#define _UAPI_LINUX_LFVEC_STRESS_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define LFVEC_STRESS_VERSION		4

#define LFVEC_STRESS_NAME_MAX		32	/* with the final NUL */
#define LFVEC_STRESS_VECTORS_MAX	64	/* named vectors */
#define LFVEC_STRESS_ELEMS_MAX		0x1000000	/* of a vector made here */
#define LFVEC_STRESS_BYTES_MAX		0x40000000ULL	/* max * element size */
#define LFVEC_STRESS_THREADS_MAX	256	/* of a run */
#define LFVEC_STRESS_OPS_MAX		0x10000000000ULL	/* of a run */
#define LFVEC_STRESS_UNIQUE_MAX		0x10000000ULL	/* values of a run */
#define LFVEC_STRESS_VALUES_MAX		0x10000	/* distinct values */
#define LFVEC_STRESS_DURATION_MAX	86400000U	/* ms */
#define LFVEC_STRESS_COST_MAX		400000U	/* records timed */
#define LFVEC_STRESS_BENCH_OPS_MAX	0x1000000	/* of each thread */
#define LFVEC_STRESS_BENCH_THREADS_MAX	64
#define LFVEC_STRESS_BENCH_CELLS	592	/* of a histogram of times */
#define LFVEC_STRESS_HISTORY_MAX	0x40000U	/* KiB of a history */
#define LFVEC_STRESS_LOGS_MAX		64	/* named logs */
#define LFVEC_STRESS_LOG_BYTES_MAX	0x4000000ULL	/* of a log, in all */
#define LFVEC_STRESS_STORM_THREADS_MAX	64
#define LFVEC_STRESS_STORM_LEN_MAX	5000	/* bytes of a record, if not cut */
#define LFVEC_STRESS_STORM_PAUSE_MAX	1000000U	/* us */

/**
 * struct lfvec_stress_info - what this module offers
 * @version:	 LFVEC_STRESS_VERSION
 * @elem_max:	 largest element, in bytes
 * @batch_max:	 most elements that one call moves
 * @vectors:	 named vectors at present
 * @features:	 LFVEC_STRESS_FEATURE_* bits
 * @reserved:	 zero
 */
struct lfvec_stress_info {
	__u32	version;
	__u32	elem_max;
	__u32	batch_max;
	__u32	vectors;
	__u64	features;
	__u64	reserved[5];
};

#define LFVEC_STRESS_FEATURE_RUN	0x1ULL	/* kernel threads */
#define LFVEC_STRESS_FEATURE_PEERS	0x2ULL	/* other implementations */
#define LFVEC_STRESS_FEATURE_LOG	0x4ULL	/* logs */
#define LFVEC_STRESS_FEATURE_HISTORY	0x8ULL	/* of runs, and @more of them */
#define LFVEC_STRESS_FEATURE_BUSTED	0x8000000000000000ULL	/* broken on purpose */

/* Forms of a vector, see struct lfvec_attr. */
#define LFVEC_STRESS_OVERWRITE		0x1	/* the oldest element, if full */
#define LFVEC_STRESS_APPEND_ONLY	0x2

/**
 * struct lfvec_stress_vec - make, attach or drop a named vector
 * @name:     printable ASCII but '/', NUL-terminated, NUL-padded, not empty, not
 *	      "." or ".."
 * @esize:    bytes of an element
 * @form:     LFVEC_STRESS_OVERWRITE and LFVEC_STRESS_APPEND_ONLY, or zero
 * @first:    slots in the first bucket, or 0 for the default
 * @max:      most elements, or 0 for as many as this interface allows
 * @spare:    pushes that may not sleep to be ready for, or 0 for the default
 * @backlog:  nodes that may wait for a grace period, or 0 for the default
 * @reserved: zero
 *
 * CREATE reads all of it and writes all limits as they came out. ATTACH
 * reads @name, wants the rest zero, and fills it in. DROP reads @name and wants
 * the rest zero.
 */
struct lfvec_stress_vec {
	char	name[LFVEC_STRESS_NAME_MAX];
	__u32	esize;
	__u32	form;
	__u64	first;
	__u64	max;
	__u64	spare;
	__u64	backlog;
	__u64	reserved[2];
};

/**
 * struct lfvec_stress_io - one operation on the attached vector
 * @index: (in) LOAD, STORE, XCHG, CMPXCHG: which element; TRUNCATE: the new
 *	   size; RESERVE: how many pushes;
 *	   (out) PUSH: index of the (first) element; POP: how many were popped;
 *	   TRUNCATE: how many were dropped; CMPXCHG: 1 if replaced, 0 if not;
 *	   SIZE: elements; OLDEST: the first index that there is; SHRINK: bytes
 *	   that were freed
 * @buf:   user pointer to the element(s) to write; for POP, LOAD, PEEK where
 *	   they are read to; otherwise zero
 * @old:   user pointer; XCHG: where the former element goes; CMPXCHG: what is
 *	   expected, overwritten by what was there if it differs; otherwise zero
 * @count: PUSH, POP: elements, 1 to batch_max; more than one go in one step;
 *	   otherwise zero
 * @flags: LFVEC_STRESS_NOWAIT or zero
 * @reserved: zero
 */
struct lfvec_stress_io {
	__u64	index;
	__u64	buf;
	__u64	old;
	__u32	count;
	__u32	flags;
	__u64	reserved[2];
};

/* PUSH, STORE, XCHG, CMPXCHG, RESERVE: only from what was reserved. */
#define LFVEC_STRESS_NOWAIT		0x1

/**
 * struct lfvec_stress_stats - counters of a vector, as struct lfvec_stats
 * @pushes:	   elements pushed
 * @pops:	   elements popped or truncated away
 * @stores:	   elements replaced
 * @retries:	   operations that started again because another one won
 * @helped:	   pending writes completed for another CPU
 * @dropped:	   elements not pushed or stored for want of memory
 * @overwritten:   elements that a push replaced
 * @size:	   elements, now
 * @capacity:	   slots in allocated buckets
 * @buckets:	   buckets allocated
 * @buckets_lost:  buckets allocated and thrown away
 * @nodes:	   nodes allocated
 * @nodes_free:	   nodes in stock
 * @nodes_waiting: nodes waiting for a grace period
 * @node_size:	   bytes of a node
 * @bytes:	   memory held, in bytes
 * @reserved:	   zero
 */
struct lfvec_stress_stats {
	__u64	pushes;
	__u64	pops;
	__u64	stores;
	__u64	retries;
	__u64	helped;
	__u64	dropped;
	__u64	overwritten;
	__u64	size;
	__u64	capacity;
	__u64	buckets;
	__u64	buckets_lost;
	__u64	nodes;
	__u64	nodes_free;
	__u64	nodes_waiting;
	__u64	node_size;
	__u64	bytes;
	__u64	reserved[8];
};

/* Implementations that a run can take. */
enum lfvec_stress_impl {
	LFVEC_STRESS_LFVEC,	/* this one */
	LFVEC_STRESS_PUBLISHED,	/* as published in 2006: 8-byte elements only */
	LFVEC_STRESS_SPINLOCK,	/* spinlock + array */
	LFVEC_STRESS_IMPLS,
};

/* Operations of a mix. */
enum lfvec_stress_op {
	LFVEC_STRESS_OP_PUSH,
	LFVEC_STRESS_OP_POP,
	LFVEC_STRESS_OP_LOAD,
	LFVEC_STRESS_OP_XCHG,
	LFVEC_STRESS_OP_CMPXCHG,
	LFVEC_STRESS_OP_PUSH_MANY,
	LFVEC_STRESS_OP_POP_MANY,
	LFVEC_STRESS_OP_TRUNCATE,	/* drops up to 8 elements */
	LFVEC_STRESS_OPS,
};

/* More of them, which struct lfvec_stress_run has in @more. */
enum lfvec_stress_more {
	LFVEC_STRESS_OP_PEEK = LFVEC_STRESS_OPS,
	LFVEC_STRESS_OP_STORE,
	LFVEC_STRESS_OP_SIZE,
	LFVEC_STRESS_OP_OLDEST,
	LFVEC_STRESS_OPS_ALL,
};

#define LFVEC_STRESS_MORE	4

/* Where operations are called from. */
enum lfvec_stress_context {
	LFVEC_STRESS_TASK,
	LFVEC_STRESS_SOFTIRQ,	/* timers of each thread */
	LFVEC_STRESS_HARDIRQ,
	LFVEC_STRESS_NMI,	/* which the threads send to each CPU; x86 */
	LFVEC_STRESS_CONTEXTS,
};

/**
 * struct lfvec_stress_run - start kernel threads on a vector of their own
 * @impl:     enum lfvec_stress_impl
 * @threads:  how many, at least 1
 * @flags:    LFVEC_STRESS_RUN_* bits
 * @esize:    bytes of an element
 * @values:   0: each value pushed is unique (elements of 8 bytes and more);
 *	      K: only K distinct values, which elements can hold
 * @batch:    elements of PUSH_MANY and POP_MANY, 1 to batch_max
 * @duration: stop after so many ms; 0 for no limit
 * @contexts: which contexts besides TASK, 1 << enum lfvec_stress_context; with
 *	      LFVEC only. NMI in one run at a time.
 * @ops:      stop after so many operations of all threads together, those in
 *	      other contexts not counted; 0 for no limit. One of @duration and @ops
 *	      must be given.
 * @first:    slots in the first bucket, or 0 for the default
 * @max:      most elements, or 0 for as many as this interface allows
 * @seed:     of the random numbers; the same seed gives each thread the same
 *	      sequence of operations
 * @mix:      percent of each operation, 100 in sum, by enum lfvec_stress_op
 * @spare:    pushes that may not sleep to be ready for, or 0 for the default
 * @backlog:  nodes that may wait for a grace period, or 0 for the default
 * @fill:     elements that are there at the start
 * @form:     LFVEC_STRESS_OVERWRITE and LFVEC_STRESS_APPEND_ONLY, or zero; with
 *	      LFVEC only
 * @shrink:   ms between two calls of lfvec_shrink(), or 0 for none
 * @more:     percent of the operations of enum lfvec_stress_more, by that less
 *	      LFVEC_STRESS_OPS; 100 in sum with @mix
 * @history:  KiB for a record of each operation, to be read by HISTORY; 0 for none.
 *	      Each thread, timer and CPU has an equal part, and stops when it is full.
 * @round:    with @history: all threads wait for each other whenever they have done
 *	      so many operations together; 0 for never
 * @reserved: zero
 */
struct lfvec_stress_run {
	__u32	impl;
	__u32	threads;
	__u32	flags;
	__u32	esize;
	__u32	values;
	__u32	batch;
	__u32	duration;
	__u32	contexts;
	__u64	ops;
	__u64	first;
	__u64	max;
	__u64	seed;
	__u32	mix[LFVEC_STRESS_OPS];
	__u64	spare;
	__u64	backlog;
	__u64	fill;
	__u32	form;
	__u32	shrink;
	__u32	more[LFVEC_STRESS_MORE];
	__u32	history;
	__u32	round;
	__u64	reserved[1];
};

#define LFVEC_STRESS_RUN_BIND	0x1	/* thread n to the n-th CPU */
#define LFVEC_STRESS_RUN_JITTER	0x2	/* random delays, also in PUBLISHED */
#define LFVEC_STRESS_RUN_HOG	0x4	/* let others run every 10 s only */
#define LFVEC_STRESS_RUN_ATOMIC	0x8	/* GFP_ATOMIC in threads, too */
#define LFVEC_STRESS_RUN_STOCK	0x10	/* gfp 0: from stock only, everywhere */
#define LFVEC_STRESS_RUN_EXTERNAL 0x20	/* take NMIs, but send none */
#define LFVEC_STRESS_RUN_CLOCK	0x40	/* history: ktime_get_ns(); not with NMI */

/**
 * struct lfvec_stress_wait - wait for the end of a run
 * @timeout: (in) return after so many ms at the latest
 * @running: (out) threads that are still running
 * @ops:     (out) operations done so far, about
 * @elapsed: (out) ns since the start
 * @reserved: zero
 *
 * EINTR on a signal; the run goes on.
 */
struct lfvec_stress_wait {
	__u32	timeout;
	__u32	running;
	__u64	ops;
	__u64	elapsed;
	__u64	reserved[2];
};

#define LFVEC_STRESS_HIST	64

/**
 * struct lfvec_stress_result - what a run has done; RESULT ends and frees it
 * @elapsed:	 ns from the start to the end of the last thread
 * @done:	 operations that succeeded, by enum lfvec_stress_op
 * @failed:	 operations that found nothing to do (empty, out of range, not as
 *		 expected, full)
 * @errors:	 operations that failed for another reason (no memory)
 * @pushed:	 elements pushed or stored
 * @popped:	 elements popped
 * @overwritten: elements replaced by XCHG and CMPXCHG
 * @truncated:	 elements dropped by TRUNCATE
 * @left:	 elements found in the vector at the end
 * @lost:	 elements that went in and never came out
 * @duplicated:	 elements that came out more often than they went in
 * @torn:	 elements whose bytes do not belong together
 * @dropped:	 elements not pushed or stored as none could be waited for
 * @displaced:	 elements that later pushes overwrote
 * @peak:	 most memory that the vector was seen to hold, in bytes
 * @shrunk:	 bytes that lfvec_shrink() gave back
 * @contexts:	 operations, by enum lfvec_stress_context
 * @hist:	 operations by duration, one in 16 of them taken: hist[n] took less
 *		 than 2^n ns and at least half of that
 * @stats:	 of the vector at the end; zero for other implementations
 * @more_done:	 as @done, by enum lfvec_stress_more less LFVEC_STRESS_OPS
 * @more_failed: as @failed, by the same
 *
 * The check is exact: of each value, pushed = popped + overwritten + left. A run
 * is clean if @lost, @duplicated, @torn and @errors are zero. TRUNCATE does not
 * say which values it drops, nor does a push which one it overwrites: of these,
 * only the number is checked.
 */
struct lfvec_stress_result {
	__u64	elapsed;
	__u64	done[LFVEC_STRESS_OPS];
	__u64	failed[LFVEC_STRESS_OPS];
	__u64	errors;
	__u64	pushed;
	__u64	popped;
	__u64	overwritten;
	__u64	truncated;
	__u64	left;
	__u64	lost;
	__u64	duplicated;
	__u64	torn;
	__u64	dropped;
	__u64	displaced;
	__u64	peak;
	__u64	shrunk;
	__u64	contexts[LFVEC_STRESS_CONTEXTS];
	__u64	hist[LFVEC_STRESS_HIST];
	struct lfvec_stress_stats stats;
	__u64	more_done[LFVEC_STRESS_MORE];
	__u64	more_failed[LFVEC_STRESS_MORE];
};

/**
 * struct lfvec_stress_record - one operation of a history
 * @start:  before it was called
 * @end:    after it returned. An operation came before another one only if its @end
 *	    is less than the other's @start.
 * @index:  LOAD, STORE, XCHG, CMPXCHG: which element; POP_MANY: how many at most;
 *	    TRUNCATE: the new size
 * @result: PUSH, PUSH_MANY: index of the (first) element; POP_MANY, TRUNCATE: how
 *	    many; CMPXCHG: 1 if replaced, 0 if not; SIZE, OLDEST: what these say;
 *	    otherwise 0; or a negative errno
 * @worker: who did it. Threads are numbered from 0 on, then their timers, then CPUs
 *	    in NMI.
 * @op:	    enum lfvec_stress_op or enum lfvec_stress_more
 * @values: how many values follow, __u64 each: first those that went in (CMPXCHG:
 *	    what was expected, and the new one), then those that came out (CMPXCHG:
 *	    what was there instead). LFVEC_STRESS_TORN is for an element that is none.
 *
 * Stamps are from one counter that all share, so that no two are the same, or with
 * LFVEC_STRESS_RUN_CLOCK from a clock, which keeps the CPUs apart.
 */
struct lfvec_stress_record {
	__u64	start;
	__u64	end;
	__u64	index;
	__s64	result;
	__u32	worker;
	__u16	op;
	__u16	values;
};

#define LFVEC_STRESS_TORN	0xffffffffffffffffULL

/**
 * struct lfvec_stress_history - read a worker's records, after the end of a run
 * @buf:     user pointer: where they go
 * @size:    (in) how many bytes; (out) how many were there from @offset on
 * @offset:  bytes from the first record on
 * @worker:  whose
 * @workers: (in) zero; (out) how many workers there are
 * @total:   (in) zero; (out) bytes of all records of this worker
 * @reserved: zero
 *
 * EBUSY before the end, ENODATA if no history was asked for. What pushes filled the
 * vector at the start is part of it, as the first thread's, and so are loads at the
 * end of what is left, as far as there is room.
 */
struct lfvec_stress_history {
	__u64	buf;
	__u64	size;
	__u64	offset;
	__u32	worker;
	__u32	workers;
	__u64	total;
	__u64	reserved[2];
};

/* What a benchmark measures. */
enum lfvec_stress_peer {
	LFVEC_STRESS_PEER_LFVEC,	/* this one, and its forms */
	LFVEC_STRESS_PEER_OVERWRITE,
	LFVEC_STRESS_PEER_APPEND_ONLY,
	LFVEC_STRESS_PEER_BOTH,
	LFVEC_STRESS_PEER_PUBLISHED,	/* as published in 2006 */
	LFVEC_STRESS_PEER_SPINLOCK,	/* spinlock + array */
	LFVEC_STRESS_PEER_IRQSAVE,	/* the same with interrupts off */
	LFVEC_STRESS_PEER_ARRAY,	/* an array under rcu_read_lock() */
	LFVEC_STRESS_PEER_XARRAY,	/* xa_alloc(), value entries */
	LFVEC_STRESS_PEER_GENRADIX,	/* genradix + atomic index */
	LFVEC_STRESS_PEER_PTR_RING,
	LFVEC_STRESS_PEER_LLIST,	/* of nodes that are there before */
	LFVEC_STRESS_PEER_LIMIT,	/* what the machine takes */
	LFVEC_STRESS_PEERS,
};

/* What each thread of a benchmark repeats. */
enum lfvec_stress_work {
	LFVEC_STRESS_WORK_PUSH,		/* into slots that were used before */
	LFVEC_STRESS_WORK_APPEND,	/* into slots that never were */
	LFVEC_STRESS_WORK_PUSH_MANY,	/* as PUSH, @batch at once */
	LFVEC_STRESS_WORK_POP,
	LFVEC_STRESS_WORK_PUSHPOP,	/* push and pop in turn */
	LFVEC_STRESS_WORK_LOAD,		/* at random */
	LFVEC_STRESS_WORK_STORE,	/* at random */
	LFVEC_STRESS_WORK_ITERATE,
	LFVEC_STRESS_WORK_MIX,		/* @mix */
	LFVEC_STRESS_WORK_XADD,		/* LIMIT only: on a line of its own */
	LFVEC_STRESS_WORK_CMPXCHG,	/* the same, after a read */
	LFVEC_STRESS_WORK_LINE,		/* xadd on a line that all have; two threads */
	LFVEC_STRESS_WORK_MISS,		/* a load that waits for one that misses */
	LFVEC_STRESS_WORKS,
};

/**
 * struct lfvec_stress_bench - measure one round of one peer at one work
 * @peer:    (in) enum lfvec_stress_peer
 * @work:    (in) enum lfvec_stress_work
 * @threads: (in) how many, each bound to a CPU, several to one if there are too few
 * @esize:   (in) bytes of an element
 * @batch:   (in) PUSH_MANY: elements at once, 1 to batch_max; otherwise zero
 * @flags:   (in) LFVEC_STRESS_BENCH_* bits
 * @mix:     (in) MIX: percent of pushes, pops, stores and loads, 100 in sum; otherwise
 *	     zero
 * @elems:   (in) how many elements there are. PUSH, APPEND, PUSH_MANY and POP fill or
 *	     empty that many, in equal shares, as often as @ops takes.
 * @ops:     (in) operations of each thread, at least; of PUSH_MANY, elements
 * @seed:    (in) of the random numbers
 * @buf:     (in) user pointer, with LATENCY: to LFVEC_STRESS_BENCH_CELLS numbers of 8
 *	     bytes, how many single operations took as long as that cell says. Of these,
 *	     n stands for n ns up to 15, and from 16 on for all below 16 + n % 16 + 1,
 *	     times 2 to the power of n / 16 - 1; the last for all that is longer.
 *	     Otherwise zero.
 * @elapsed: (out) ns, of all threads together
 * @span:    (out) ns, of the one that took longest
 * @done:    (out) operations in that time, of all threads together
 * @failed:  (out) how many, not timed ones too, found nothing to do or no room. MIX may
 *	     have such.
 * @longest: (out) ns, with LATENCY: of the longest single operation
 * @bytes:   (out) memory held at the end of APPEND, as far as it is known; or zero
 * @reserved: zero
 *
 * What is (out) must be zero before. Returns at the end; EINTR if the task is killed.
 * EOPNOTSUPP if @peer cannot do @work, or not with such elements or as many threads.
 *
 * All is done once before it is timed, so that memory is warm, unless COLD says not.
 * Loops are included in the time; random numbers too, and with LATENCY the clock.
 * Where time counts instructions, as under QEMU's -icount shift=0, ns are
 * instructions.
 */
struct lfvec_stress_bench {
	__u32	peer;
	__u32	work;
	__u32	threads;
	__u32	esize;
	__u32	batch;
	__u32	flags;
	__u32	mix[4];
	__u64	elems;
	__u64	ops;
	__u64	seed;
	__u64	buf;
	__u64	elapsed;
	__u64	span;
	__u64	done;
	__u64	failed;
	__u64	longest;
	__u64	bytes;
	__u64	reserved[4];
};

#define LFVEC_STRESS_BENCH_COLD		0x1	/* nothing is in caches */
#define LFVEC_STRESS_BENCH_LATENCY	0x2	/* time single operations */

/**
 * struct lfvec_stress_log - make or drop a log, as struct lfvec_log_attr has it
 * @name:     as that of a vector
 * @records:  most records, or 0 for the default, as below
 * @bytes:    most bytes that the records take
 * @backlog:  bytes beside these
 * @policy:   enum lfvec_log_policy
 * @clock:    enum lfvec_log_clock
 * @level:    records above it are not taken
 * @mode:     permissions of its device
 * @gid:      group of its device
 * @dump:     how many of the last records are printed on oops and panic
 * @interval: rate limit: in so many ms
 * @burst:    so many records, or 0 for no limit
 * @reserved: zero
 *
 * The log stays until it is dropped or the module is unloaded. DROP reads @name and
 * wants the rest zero.
 */
struct lfvec_stress_log {
	char	name[LFVEC_STRESS_NAME_MAX];
	__u64	records;
	__u64	bytes;
	__u64	backlog;
	__u32	policy;
	__u32	clock;
	__u32	level;
	__u32	mode;
	__u32	gid;
	__u32	dump;
	__u32	interval;
	__u32	burst;
	__u64	reserved[4];
};

/**
 * struct lfvec_stress_payload - what the binary records of a storm begin with
 * @magic:  LFVEC_STRESS_PAYLOAD
 * @writer: storm << 16 | number << 2 | enum lfvec_log_context. Storms on a log are
 *	    numbered, threads in each of them too; a timer has the number of its
 *	    thread, and what is done in NMI that of the CPU.
 * @count:  of this writer's records that have a head, from 0 on; those that were
 *	    not written are not counted
 * @len:    bytes of the record with this head, before it was cut
 * @sum:    of the above: the upper half of
 *	    key = ((writer << 32 | len) ^ count * M) * M, M = LFVEC_STRESS_PAYLOAD_M
 *
 * The nth 8 bytes that follow are key + n * M, from n = 0 on, in the machine's byte
 * order. The record's type is the lower half of @writer. A record too short for this
 * head consists of bytes that are its length. The level of each is 3 + @len % 4.
 *
 * A line is "storm WRITER COUNT LEN SUM PATTERN", or "pairs " and the same if it has
 * fields: hexadecimal digits, 8, 16, 4 and 8 of them, and from n = 0 on characters
 * '0' + (key + n * M >> 58). Fields are WRITER, MINUS, which is -COUNT, and SUM, again
 * of 8 digits. A line too short for these numbers consists of '0' + its length.
 */
struct lfvec_stress_payload {
	__u32	magic;
	__u32	writer;
	__u64	count;
	__u32	len;
	__u32	sum;
};

#define LFVEC_STRESS_PAYLOAD		0x6c667663
#define LFVEC_STRESS_PAYLOAD_M		0x9e3779b97f4a7c15ULL
#define LFVEC_STRESS_LINE_HEAD		46	/* bytes before the pattern */

/* What the calls that write a record may return instead. */
enum lfvec_stress_storm_drop {
	LFVEC_STRESS_DROP_FULL,		/* ENOSPC */
	LFVEC_STRESS_DROP_MEMORY,	/* ENOMEM */
	LFVEC_STRESS_DROP_BUSY,		/* EBUSY */
	LFVEC_STRESS_DROP_LEVEL,	/* ECANCELED, which the log does not count */
	LFVEC_STRESS_DROP_RESERVE,	/* no room, for one of these reasons */
	LFVEC_STRESS_DROP_OTHER,	/* which must not be */
	LFVEC_STRESS_STORM_DROPS,
};

/**
 * struct lfvec_stress_storm - write to a log, from everywhere at once
 * @name:     of a log made here
 * @threads:  how many, at least 1
 * @contexts: which contexts besides TASK, 1 << enum lfvec_stress_context. NMI in one
 *	      storm or run at a time.
 * @flags:    LFVEC_STRESS_STORM_* bits
 * @duration: stop after so many ms; 0 for no limit
 * @count:    stop after so many records of all together, written or not; 0 for no
 *	      limit. One of @duration and @count must be given.
 * @min:      bytes of the shortest record
 * @max:      bytes of the longest one
 * @pause:    us that a thread pauses after each record
 * @pad:      zero
 * @seed:     of the random numbers
 * @elapsed:  (out) ns
 * @written:  (out) records written, by enum lfvec_stress_context
 * @dropped:  (out) and not, by that and enum lfvec_stress_storm_drop
 * @cut:      (out) of those written, how many must have been cut
 * @discarded: (out) reserved and given back
 * @unordered: (out) sequence numbers of one writer that did not rise
 * @first:    (out) the log's next sequence number, before
 * @next:     (out) and after
 * @log_written: (out) what the log's own counters have grown by: see struct
 *	      lfvec_log_info
 * @log_overwritten: (out)
 * @log_dropped: (out)
 * @log_cut:  (out)
 * @peak:     (out) most memory that the log was seen to have
 * @limit:    (out) most that it may have
 * @reserved: zero
 *
 * What is (out) must be zero before. Returns at the end; EINTR if the task is killed.
 * If nobody else writes to the log, both counts must agree: of what is written and
 * cut, and in sum of what is dropped.
 */
struct lfvec_stress_storm {
	char	name[LFVEC_STRESS_NAME_MAX];
	__u32	threads;
	__u32	contexts;
	__u32	flags;
	__u32	duration;
	__u64	count;
	__u32	min;
	__u32	max;
	__u32	pause;
	__u32	pad;
	__u64	seed;
	__u64	elapsed;
	__u64	written[LFVEC_STRESS_CONTEXTS];
	__u64	dropped[LFVEC_STRESS_CONTEXTS][LFVEC_STRESS_STORM_DROPS];
	__u64	cut;
	__u64	discarded;
	__u64	unordered;
	__u64	first;
	__u64	next;
	__u64	log_written;
	__u64	log_overwritten;
	__u64	log_dropped[4];
	__u64	log_cut;
	__u64	peak;
	__u64	limit;
	__u64	reserved[4];
};

#define LFVEC_STRESS_STORM_NO_TASK	0x1	/* threads only have timers, send NMIs */

/* What a measurement of logs repeats, each into a full buffer that overwrites. */
enum lfvec_stress_log_work {
	LFVEC_STRESS_LOGCOST_BIN,	/* lfvec_log_bin(), 64 bytes */
	LFVEC_STRESS_LOGCOST_RESERVE,	/* lfvec_log_reserve(), filled, committed */
	LFVEC_STRESS_LOGCOST_LINE,	/* lfvec_log() */
	LFVEC_STRESS_LOGCOST_RING_BIN,	/* ftrace's ring buffer, 64 bytes copied in */
	LFVEC_STRESS_LOGCOST_RING_RESERVE,	/* the same, filled in place */
	LFVEC_STRESS_LOGCOST_KFIFO_BIN,	/* kfifo and a spinlock, interrupts off */
	LFVEC_STRESS_LOGCOST_KFIFO_LINE,	/* the same, after snprintf() */
	LFVEC_STRESS_LOGCOST_TRACE_LINE,	/* trace_array_printk(), own instance */
	LFVEC_STRESS_LOGCOST_PRINTK_LINE,	/* printk(), debug level */
	LFVEC_STRESS_LOGCOST_FORMAT_LINE,	/* snprintf() and nothing else */
	LFVEC_STRESS_LOGCOST_CLOCK,	/* ktime_get_mono_fast_ns() */
	LFVEC_STRESS_LOGCOST_WORKS,
};

/**
 * struct lfvec_stress_log_cost - time one kind of record, loop included
 * @work:    (in) enum lfvec_stress_log_work
 * @ops:     (in) how many
 * @elapsed: (in) zero; (out) ns for all of them, as struct lfvec_stress_bench
 * @reserved: zero
 *
 * EOPNOTSUPP if this kernel does not have it.
 */
struct lfvec_stress_log_cost {
	__u32	work;
	__u32	ops;
	__u64	elapsed;
	__u64	reserved[2];
};

#define LFVEC_STRESS_IOC		0xBE

#define LFVEC_STRESS_INFO	_IOR(LFVEC_STRESS_IOC, 0x00, struct lfvec_stress_info)
#define LFVEC_STRESS_CREATE	_IOWR(LFVEC_STRESS_IOC, 0x01, struct lfvec_stress_vec)
#define LFVEC_STRESS_ATTACH	_IOWR(LFVEC_STRESS_IOC, 0x02, struct lfvec_stress_vec)
#define LFVEC_STRESS_DROP	_IOW(LFVEC_STRESS_IOC, 0x03, struct lfvec_stress_vec)

#define LFVEC_STRESS_PUSH	_IOWR(LFVEC_STRESS_IOC, 0x10, struct lfvec_stress_io)
#define LFVEC_STRESS_POP	_IOWR(LFVEC_STRESS_IOC, 0x11, struct lfvec_stress_io)
#define LFVEC_STRESS_LOAD	_IOWR(LFVEC_STRESS_IOC, 0x12, struct lfvec_stress_io)
#define LFVEC_STRESS_STORE	_IOWR(LFVEC_STRESS_IOC, 0x13, struct lfvec_stress_io)
#define LFVEC_STRESS_XCHG	_IOWR(LFVEC_STRESS_IOC, 0x14, struct lfvec_stress_io)
#define LFVEC_STRESS_CMPXCHG	_IOWR(LFVEC_STRESS_IOC, 0x15, struct lfvec_stress_io)
#define LFVEC_STRESS_PEEK	_IOWR(LFVEC_STRESS_IOC, 0x16, struct lfvec_stress_io)
#define LFVEC_STRESS_TRUNCATE	_IOWR(LFVEC_STRESS_IOC, 0x17, struct lfvec_stress_io)
#define LFVEC_STRESS_SIZE	_IOWR(LFVEC_STRESS_IOC, 0x18, struct lfvec_stress_io)
#define LFVEC_STRESS_RESERVE	_IOWR(LFVEC_STRESS_IOC, 0x19, struct lfvec_stress_io)
#define LFVEC_STRESS_STATS	_IOR(LFVEC_STRESS_IOC, 0x1a, struct lfvec_stress_stats)
#define LFVEC_STRESS_OLDEST	_IOWR(LFVEC_STRESS_IOC, 0x1b, struct lfvec_stress_io)
#define LFVEC_STRESS_SHRINK	_IOWR(LFVEC_STRESS_IOC, 0x1c, struct lfvec_stress_io)

#define LFVEC_STRESS_START	_IOW(LFVEC_STRESS_IOC, 0x20, struct lfvec_stress_run)
#define LFVEC_STRESS_WAIT	_IOWR(LFVEC_STRESS_IOC, 0x21, struct lfvec_stress_wait)
#define LFVEC_STRESS_STOP	_IO(LFVEC_STRESS_IOC, 0x22)
#define LFVEC_STRESS_RESULT	_IOR(LFVEC_STRESS_IOC, 0x23, struct lfvec_stress_result)
#define LFVEC_STRESS_BENCH	_IOWR(LFVEC_STRESS_IOC, 0x24, struct lfvec_stress_bench)
#define LFVEC_STRESS_HISTORY	_IOWR(LFVEC_STRESS_IOC, 0x25, struct lfvec_stress_history)

#define LFVEC_STRESS_LOG_CREATE	_IOW(LFVEC_STRESS_IOC, 0x30, struct lfvec_stress_log)
#define LFVEC_STRESS_LOG_DROP	_IOW(LFVEC_STRESS_IOC, 0x31, struct lfvec_stress_log)
#define LFVEC_STRESS_LOG_STORM	_IOWR(LFVEC_STRESS_IOC, 0x32, struct lfvec_stress_storm)
#define LFVEC_STRESS_LOG_COST	_IOWR(LFVEC_STRESS_IOC, 0x33, struct lfvec_stress_log_cost)

#endif /* _UAPI_LINUX_LFVEC_STRESS_H */
