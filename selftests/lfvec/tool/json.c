// SPDX-License-Identifier: GPL-2.0
/*
 * JSON, as it is written
 */
#include <stdio.h>

#include "tool.h"

static bool json_first = true;

static void json_string(const char *s)
{
	putchar('"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			printf("\\%c", *s);
		else if ((unsigned char)*s < ' ')
			printf("\\u%04x", *s);
		else
			putchar(*s);
	}
	putchar('"');
}

static void json_key(const char *key)
{
	if (!json_first)
		putchar(',');
	json_first = false;
	if (key) {
		json_string(key);
		putchar(':');
	}
}

void json_open(const char *key, char bracket)
{
	json_key(key);
	putchar(bracket);
	json_first = true;
}

void json_close(char bracket)
{
	putchar(bracket);
	json_first = false;
}

void json_u64(const char *key, u64 value)
{
	json_key(key);
	printf("%llu", value);
}

void json_fixed(const char *key, double value)
{
	json_key(key);
	printf("%.2f", value);
}

void json_str(const char *key, const char *value)
{
	json_key(key);
	json_string(value);
}

void json_bool(const char *key, bool value)
{
	json_key(key);
	printf(value ? "true" : "false");
}
