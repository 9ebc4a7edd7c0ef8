// SPDX-License-Identifier: GPL-2.0
/*
 * Records for collectors: RFC 5424, a line each, with all that is known as JSON
 */
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "log.h"

/* With log, seq and time_ns, these two tell a record from any other one. */
static char host[256] = "-";
static char boot[64];

static void syslog_begin(struct log_output *out)
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	(void)out;
	if (gethostname(host, sizeof(host) - 1) || !*host)
		strcpy(host, "-");
	if (f && fgets(boot, sizeof(boot), f))
		boot[strcspn(boot, "\n")] = '\0';
	if (f)
		fclose(f);
}

static void syslog_head(const struct log_output *out, u32 priority, u64 time)
{
	char iso[64];

	log_iso_time(out->reader, time, iso, sizeof(iso));
	printf("<%u>1 %s %s %s - - - @cee: ", priority, iso, host, out->reader->name);
	json_open(NULL, '{');
	json_str("log", out->reader->name);
	json_str("boot", boot);
}

static void syslog_record(struct log_output *out, const struct lfvec_log_record *rec)
{
	syslog_head(out, rec->facility << 3 | rec->level, rec->time);
	log_json_record(out, rec);
	json_close('}');
	json_end();
}

/* As from now, by the one who could not read them */
static void syslog_note(struct log_output *out, u64 lost)
{
	syslog_head(out, LOG_SYSLOG | LOG_WARNING, out->reader->info.now);
	log_json_note(lost);
	json_close('}');
	json_end();
}

const struct log_format log_as_syslog = {
	"syslog", syslog_begin, syslog_record, syslog_note,
};
