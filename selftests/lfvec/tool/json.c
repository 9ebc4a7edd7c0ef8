// SPDX-License-Identifier: GPL-2.0
/*
 * JSON, as it is written
 */
#include <stdio.h>
#include <string.h>

#include "tool.h"

static bool json_first = true;

/* What is not UTF-8 cannot be in JSON: U+FFFD stands for each byte of that. */
static void json_bytes(const u8 *s, size_t len)
{
	size_t i, n;
	u32 c;

	putchar('"');
	for (i = 0; i < len; i += n ? n : 1) {
		n = utf8_char(s + i, len - i, &c);
		if (!n)
			printf("\\ufffd");
		else if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < ' ' || is_unsafe(c))
			printf("\\u%04x", c);
		else
			fwrite(s + i, 1, n, stdout);
	}
	putchar('"');
}

static void json_string(const char *s)
{
	json_bytes((const u8 *)s, strlen(s));
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

void json_text(const char *key, const void *text, size_t len)
{
	json_key(key);
	json_bytes(text, len);
}

void json_hex(const char *key, const void *data, size_t len)
{
	json_key(key);
	putchar('"');
	print_hex(data, len);
	putchar('"');
}

void json_bool(const char *key, bool value)
{
	json_key(key);
	printf(value ? "true" : "false");
}

/* What follows is a text of its own, on the next line. */
void json_end(void)
{
	putchar('\n');
	json_first = true;
}
