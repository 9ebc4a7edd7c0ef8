// SPDX-License-Identifier: GPL-2.0
/*
 * Results, for people and as JSON
 */
#include "tool.h"

const char *impl_name(u32 impl)
{
	static const char * const names[LFVEC_STRESS_IMPLS] = {
		[LFVEC_STRESS_LFVEC]		= "lfvec",
		[LFVEC_STRESS_PUBLISHED]	= "published",
		[LFVEC_STRESS_SPINLOCK]		= "spinlock",
	};

	return names[impl];
}

bool report_clean(const struct lfvec_stress_result *r)
{
	return !r->lost && !r->duplicated && !r->torn && !r->errors;
}

static u64 report_ops(const struct lfvec_stress_result *r)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < LFVEC_STRESS_OPS; i++)
		sum += r->done[i] + r->failed[i];
	for (i = 0; i < LFVEC_STRESS_MORE; i++)
		sum += r->more_done[i] + r->more_failed[i];
	return sum;
}

void report_verdict(const char *who, const struct lfvec_stress_result *r)
{
	u64 ops = report_ops(r);

	printf("%-10s %12llu operations in %7.2f s, %6.3f M/s: ", who,
	       ops, r->elapsed / 1e9,
	       r->elapsed ? ops * 1e3 / r->elapsed : 0);
	if (report_clean(r))
		printf("clean: nothing lost, nothing duplicated\n");
	else
		printf("FAILED: %llu lost, %llu duplicated, %llu torn, %llu errors\n",
		       r->lost, r->duplicated, r->torn, r->errors);
}

static void report_count(unsigned int op, u64 done, u64 failed)
{
	if (done || failed)
		printf("  %-10s %14llu %14llu\n", op_names[op], done, failed);
}

static void report_counts(const struct lfvec_stress_result *r)
{
	unsigned int i;

	printf("\n  %-10s %14s %14s\n", "operation", "done", "nothing to do");
	for (i = 0; i < LFVEC_STRESS_OPS; i++)
		report_count(i, r->done[i], r->failed[i]);
	for (i = 0; i < LFVEC_STRESS_MORE; i++)
		report_count(LFVEC_STRESS_OPS + i, r->more_done[i],
			     r->more_failed[i]);
	printf("\n  pushed %llu: popped %llu, overwritten %llu, truncated %llu, left %llu\n",
	       r->pushed, r->popped, r->overwritten + r->displaced,
	       r->truncated, r->left);
	if (r->dropped)
		printf("  dropped for want of memory: %llu\n", r->dropped);
}

static void report_contexts(const struct lfvec_stress_result *r)
{
	unsigned int i;

	printf("  operations in");
	for (i = 0; i < LFVEC_STRESS_CONTEXTS; i++)
		if (r->contexts[i])
			printf(" %s %llu", context_names[i], r->contexts[i]);
	printf("\n");
}

static u64 report_samples(const struct lfvec_stress_result *r)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < LFVEC_STRESS_HIST; i++)
		sum += r->hist[i];
	return sum;
}

/* Upper bound of the bucket that holds the given part of all samples, in ns */
static u64 report_percentile(const struct lfvec_stress_result *r, double part)
{
	double want = report_samples(r) * part, sum = 0;
	unsigned int i;

	for (i = 0; i < LFVEC_STRESS_HIST - 1; i++) {
		sum += r->hist[i];
		if (sum >= want)
			break;
	}
	return 1ULL << i;
}

static void report_latency(const struct lfvec_stress_result *r)
{
	u64 most = 1;
	unsigned int i;

	if (!report_samples(r))
		return;
	printf("\n  ns, clock included: 50 %% < %llu, 99 %% < %llu, 99.9 %% < %llu, all < %llu\n",
	       report_percentile(r, 0.5), report_percentile(r, 0.99),
	       report_percentile(r, 0.999), report_percentile(r, 1));
	for (i = 0; i < LFVEC_STRESS_HIST; i++)
		if (r->hist[i] > most)
			most = r->hist[i];
	for (i = 0; i < LFVEC_STRESS_HIST; i++)
		if (r->hist[i])
			printf("  < %12llu ns %10llu %.*s\n", 1ULL << i,
			       r->hist[i],
			       (int)(r->hist[i] * 40 / most),
			       "########################################");
}

void report_stats(const struct lfvec_stress_stats *s)
{
	u64 spare = s->nodes_free + s->nodes_waiting;

	printf("  pushes %llu, pops %llu, stores %llu, retries %llu, helped %llu\n",
	       s->pushes, s->pops, s->stores, s->retries, s->helped);
	if (s->dropped || s->overwritten)
		printf("  dropped %llu, overwritten %llu\n", s->dropped,
		       s->overwritten);
	printf("  size %llu, capacity %llu, %llu buckets, %llu more thrown away\n",
	       s->size, s->capacity, s->buckets, s->buckets_lost);
	printf("  %llu bytes; %llu nodes of %llu: %llu in use, %llu in stock, %llu wait for RCU\n",
	       s->bytes, s->nodes, s->node_size,
	       s->nodes > spare ? s->nodes - spare : 0, s->nodes_free,
	       s->nodes_waiting);
}

void report_result(const struct load *l, const struct lfvec_stress_result *r)
{
	if (l->quiet)
		return;
	report_counts(r);
	report_contexts(r);
	report_latency(r);
	if (r->stats.nodes) {
		printf("\n");
		report_stats(&r->stats);
		printf("  %llu bytes at most", r->peak);
		if (r->shrunk)
			printf(", %llu given back meanwhile", r->shrunk);
		printf("\n");
	}
	printf("\n");
}

void report_stats_json(const struct lfvec_stress_stats *s)
{
	json_open("stats", '{');
	json_u64("pushes", s->pushes);
	json_u64("pops", s->pops);
	json_u64("stores", s->stores);
	json_u64("retries", s->retries);
	json_u64("helped", s->helped);
	json_u64("dropped", s->dropped);
	json_u64("overwritten", s->overwritten);
	json_u64("size", s->size);
	json_u64("capacity", s->capacity);
	json_u64("buckets", s->buckets);
	json_u64("buckets_lost", s->buckets_lost);
	json_u64("nodes", s->nodes);
	json_u64("nodes_free", s->nodes_free);
	json_u64("nodes_waiting", s->nodes_waiting);
	json_u64("node_size", s->node_size);
	json_u64("bytes", s->bytes);
	json_close('}');
}

static void report_array(const char *key, const __u64 *values, unsigned int nr)
{
	unsigned int i;

	json_open(key, '[');
	for (i = 0; i < nr; i++)
		json_u64(NULL, values[i]);
	json_close(']');
}

void report_json(const struct lfvec_stress_result *r)
{
	json_bool("clean", report_clean(r));
	json_u64("elapsed_ns", r->elapsed);
	json_u64("operations", report_ops(r));
	report_array("done", r->done, LFVEC_STRESS_OPS);
	report_array("failed", r->failed, LFVEC_STRESS_OPS);
	report_array("more_done", r->more_done, LFVEC_STRESS_MORE);
	report_array("more_failed", r->more_failed, LFVEC_STRESS_MORE);
	json_u64("errors", r->errors);
	json_u64("pushed", r->pushed);
	json_u64("popped", r->popped);
	json_u64("overwritten", r->overwritten);
	json_u64("truncated", r->truncated);
	json_u64("left", r->left);
	json_u64("lost", r->lost);
	json_u64("duplicated", r->duplicated);
	json_u64("torn", r->torn);
	json_u64("dropped", r->dropped);
	json_u64("displaced", r->displaced);
	json_u64("peak_bytes", r->peak);
	json_u64("shrunk_bytes", r->shrunk);
	report_array("contexts", r->contexts, LFVEC_STRESS_CONTEXTS);
	report_array("hist_log2_ns", r->hist, LFVEC_STRESS_HIST);
	report_stats_json(&r->stats);
}
