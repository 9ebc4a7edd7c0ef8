// SPDX-License-Identifier: GPL-2.0
/*
 * lfvec top - watch vectors and logs
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "top.h"

const struct opt top_opts[] = {
	OPT_BRIEF('d', "delay", "SECONDS", "between two looks (default 1): 0.5, 500ms, 2m"),
	OPT_BRIEF('n', "iterations", "N", "look N times, then end (default: until q)"),
	OPT_END
};

const char top_more[] =
	"Shows named vectors and logs, the busiest first: what they hold, how much is\n"
	"written and is lost a second, and how that has changed. On a terminal it shows\n"
	"all in place, until q or an interrupt; elsewhere one look follows the other. Of\n"
	"vectors, it takes root and a mounted debugfs; of logs, that they may be read.\n";

#define NS_LEAST	10000000ULL
#define NS_MOST		(3600ULL * NS_PER_S)

/* What there is to watch takes one of the modules. */
static void top_check(void)
{
	struct stat st;

	if (access(LOG_DIR, F_OK) || !stat(VECTOR_DIR, &st))
		close(dev_open());
}

static void top_show(const struct top *t, bool screen)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		die(EXIT_RESOURCES, "out of memory");
	top_draw(out, t);
	if (fclose(out))
		die(EXIT_RESOURCES, "out of memory");
	if (screen)
		screen_show(text);
	else
		printf("%s\n", text);
	free(text);
	if (fflush(stdout) || ferror(stdout))
		die(EXIT_RESOURCES, "cannot write");
}

int cmd_top(int argc, char **argv)
{
	struct top t = { .interval = NS_PER_S };
	bool screen;
	u64 done;
	int opt;

	while ((opt = next_option(argc, argv)) != -1) {
		if (opt == 'd')
			t.interval = parse_ns("delay", optarg);
		else
			t.iterations = parse_count("iterations", optarg,
						   UINT32_MAX);
	}
	rest_of(argc, argv, 0, 0);
	if (t.interval < NS_LEAST || t.interval > NS_MOST)
		usage("delay: 0.01 seconds to an hour");
	top_check();
	catch_signals();
	screen = screen_open();
	top_sample(&t);
	if (screen)
		top_show(&t, screen);
	for (done = 0; !t.iterations || done < t.iterations; done++) {
		if (!screen_wait(t.interval))
			break;
		top_sample(&t);
		top_show(&t, screen);
	}
	free(t.item);
	return EXIT_CLEAN;
}
