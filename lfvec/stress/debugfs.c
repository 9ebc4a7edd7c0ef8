// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec_stress - debugfs/lfvec/NAME/: what a named vector does and holds
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "stress.h"

static struct dentry *stress_root;

static int counters_show(struct seq_file *m, void *unused)
{
	struct stress_vec *sv = m->private;
	struct lfvec_stats s;

	__lfvec_stats(&sv->vec, &s);
	seq_printf(m, "pushes: %llu\npops: %llu\nstores: %llu\n",
		   s.pushes, s.pops, s.stores);
	seq_printf(m, "retries: %llu\nhelped: %llu\n", s.retries, s.helped);
	seq_printf(m, "dropped: %llu\noverwritten: %llu\n", s.dropped,
		   s.overwritten);
	seq_printf(m, "buckets thrown away: %llu\n", s.buckets_lost);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(counters);

static int size_show(struct seq_file *m, void *unused)
{
	struct stress_vec *sv = m->private;

	seq_printf(m, "elements: %lu\ncapacity: %lu\nmaximum: %lu\n",
		   __lfvec_size(&sv->vec), __lfvec_capacity(&sv->vec),
		   sv->vec.max);
	seq_printf(m, "element size: %u bytes\n", sv->vec.esize);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(size);

static int memory_show(struct seq_file *m, void *unused)
{
	struct stress_vec *sv = m->private;
	struct lfvec_stats s;

	__lfvec_stats(&sv->vec, &s);
	seq_printf(m, "total: %llu bytes\nbuckets: %llu\nnodes: %llu\n",
		   s.bytes, s.buckets, s.nodes);
	seq_printf(m, "nodes in stock: %llu\n", s.nodes_free);
	seq_printf(m, "nodes waiting for a grace period: %llu\n",
		   s.nodes_waiting);
	seq_printf(m, "node size: %llu bytes\n", s.node_size);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(memory);

void stress_debugfs_add(struct stress_vec *sv)
{
	sv->dir = debugfs_create_dir(sv->name, stress_root);
	debugfs_create_file("counters", 0444, sv->dir, sv, &counters_fops);
	debugfs_create_file("size", 0444, sv->dir, sv, &size_fops);
	debugfs_create_file("memory", 0444, sv->dir, sv, &memory_fops);
}

/* Waits for readers that are inside. */
void stress_debugfs_remove(struct stress_vec *sv)
{
	debugfs_remove(sv->dir);
}

void stress_debugfs_init(void)
{
	stress_root = debugfs_create_dir("lfvec", NULL);
}

void stress_debugfs_exit(void)
{
	debugfs_remove(stress_root);
}
