// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec log list and info - which logs there are, and what has become of them
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

static const char * const drop_names[LFVEC_LOG_DROPS] = {
	[LFVEC_LOG_DROP_FULL]	= "full",
	[LFVEC_LOG_DROP_MEMORY]	= "memory",
	[LFVEC_LOG_DROP_NESTED]	= "nested",
	[LFVEC_LOG_DROP_RATE]	= "rate",
};

static u64 dropped(const struct lfvec_log_info *info)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < LFVEC_LOG_DROPS; i++)
		sum += info->dropped[i];
	return sum;
}

static const char *name_of(u32 value, const char * const *names, u32 nr)
{
	return value < nr ? names[value] : "unknown";
}

static const char *policy_of(const struct lfvec_log_info *info)
{
	return name_of(info->policy, log_policy_names,
		       ARRAY_SIZE(log_policy_names));
}

static const char *level_of(const struct lfvec_log_info *info)
{
	return name_of(info->level, level_names, LEVELS);
}

static const char *clock_of(const struct lfvec_log_info *info)
{
	return name_of(info->clock, log_clock_names, LFVEC_LOG_CLOCKS);
}

/* Without the one that asks. */
static u32 readers(const struct lfvec_log_info *info)
{
	return info->readers ? info->readers - 1 : 0;
}

static void info_json(const struct lfvec_log_info *info)
{
	u32 i;

	json_open(NULL, '{');
	json_text("name", info->name, strnlen(info->name, sizeof(info->name)));
	json_str("policy", policy_of(info));
	json_u64("level", info->level);
	json_str("level_name", level_of(info));
	json_str("clock", clock_of(info));
	json_u64("now_ns", info->now);
	json_u64("records", info->records);
	json_u64("bytes", info->bytes);
	json_u64("limit", info->limit);
	json_u64("first", info->first);
	json_u64("next", info->next);
	json_u64("clear", info->clear);
	json_u64("written", info->written);
	json_u64("overwritten", info->overwritten);
	json_open("dropped", '{');
	for (i = 0; i < LFVEC_LOG_DROPS; i++)
		json_u64(drop_names[i], info->dropped[i]);
	json_close('}');
	json_u64("cut", info->cut);
	json_u64("bytes_used", info->bytes_used);
	json_u64("memory", info->memory);
	json_u64("readers", readers(info));
	json_close('}');
}

static void info_text(const struct lfvec_log_info *info)
{
	u32 i;

	printf("%.*s: %s, level %s, clock %s\n", (int)sizeof(info->name),
	       info->name, info->policy == LFVEC_LOG_KEEP ?
	       "keeps the first records" : "overwrites the oldest records",
	       level_of(info), clock_of(info));
	printf("  records  %llu of %llu, from number %llu on; next %llu; cleared before %llu\n",
	       info->next - info->first, info->records, info->first, info->next,
	       info->clear);
	printf("  bytes    %llu of %llu in use; memory %llu, never more than %llu\n",
	       info->bytes_used, info->bytes, info->memory, info->limit);
	printf("  written  %llu, of which overwritten %llu, cut %llu\n",
	       info->written, info->overwritten, info->cut);
	printf("  dropped  %llu:", dropped(info));
	for (i = 0; i < LFVEC_LOG_DROPS; i++)
		printf("%s %s %llu", i ? "," : "", drop_names[i],
		       info->dropped[i]);
	printf("\n  readers  %u\n", readers(info));
}

int cmd_log_info(int argc, char **argv)
{
	struct lfvec_log_info info;
	bool json = false;
	char **arg = log_arguments(argc, argv, 1, 1, &json);

	close(log_open(arg[0], O_RDONLY, &info));
	if (!json) {
		info_text(&info);
		return EXIT_CLEAN;
	}
	info_json(&info);
	json_end();
	return EXIT_CLEAN;
}

static void list_row(const struct lfvec_log_info *info, int width)
{
	char records[48], bytes[48];

	snprintf(records, sizeof(records), "%llu/%llu", info->next - info->first,
		 info->records);
	snprintf(bytes, sizeof(bytes), "%llu/%llu", info->bytes_used,
		 info->bytes);
	printf("%-*.*s %-7s %-9s %15s %21s %10llu %11llu %10llu %7u\n", width,
	       (int)sizeof(info->name), info->name, level_of(info),
	       policy_of(info), records, bytes, info->written,
	       info->overwritten, dropped(info), readers(info));
}

static int is_name(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
}

/* Those that are there and may be read; @refused counts those that may not. */
static struct lfvec_log_info *list_all(int *nr, int *refused)
{
	struct lfvec_log_info *infos;
	struct dirent **names;
	int i, fd, all;

	all = scandir(LOG_DIR, &names, is_name, alphasort);
	if (all < 0 && errno != ENOENT)
		die(dev_exit_code(errno), LOG_DIR ": %s", strerror(errno));
	if (all <= 0)
		log_none();
	infos = calloc(all, sizeof(*infos));
	if (!infos)
		die(EXIT_RESOURCES, "out of memory");
	for (i = 0, *nr = 0, *refused = 0; i < all; i++) {
		fd = log_open_quietly(names[i]->d_name, O_RDONLY, &infos[*nr]);
		if (fd == -EACCES || fd == -EPERM)
			++*refused;
		if (fd >= 0) {
			++*nr;
			close(fd);
		}
		free(names[i]);
	}
	free(names);
	return infos;
}

static void list_table(const struct lfvec_log_info *infos, int nr)
{
	int i, width = 4, len;

	for (i = 0; i < nr; i++) {
		len = strnlen(infos[i].name, sizeof(infos[i].name));
		width = len > width ? len : width;
	}
	if (nr)
		printf("%-*s %-7s %-9s %15s %21s %10s %11s %10s %7s\n", width,
		       "NAME", "LEVEL", "POLICY", "RECORDS", "BYTES", "WRITTEN",
		       "OVERWRITTEN", "DROPPED", "READERS");
	for (i = 0; i < nr; i++)
		list_row(&infos[i], width);
}

int cmd_log_list(int argc, char **argv)
{
	struct lfvec_log_info *infos;
	int i, nr, refused;
	bool json = false;

	log_arguments(argc, argv, 0, 0, &json);
	infos = list_all(&nr, &refused);
	if (json)
		json_open(NULL, '[');
	for (i = 0; json && i < nr; i++)
		info_json(&infos[i]);
	if (json) {
		json_close(']');
		json_end();
	} else {
		list_table(infos, nr);
	}
	free(infos);
	if (refused)
		die(EXIT_MISSING, "%d more may not be read; that takes root, or whom ls -l "
		    LOG_DIR " names", refused);
	return EXIT_CLEAN;
}
