// SPDX-License-Identifier: GPL-2.0
/*
 * Text from elsewhere, as it may be shown
 */
#include <stdio.h>

#include "tool.h"

/* The bytes of the UTF-8 character @s begins with, and which; or 0 if none. */
size_t utf8_char(const u8 *s, size_t len, u32 *c)
{
	static const u32 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n, i;

	if (!len || (s[0] >= 0x80 && s[0] < 0xc2) || s[0] > 0xf4)
		return 0;
	n = s[0] < 0x80 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (n > len)
		return 0;
	*c = n == 1 ? s[0] : s[0] & (0x7f >> n);
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (s[i] & 0x3f);
	}
	/* not in its shortest form, a surrogate, or beyond the last one */
	if (*c < least[n] || (*c >= 0xd800 && *c < 0xe000) || *c > 0x10ffff)
		return 0;
	return n;
}

/* Would it steer a terminal, begin a line, or turn the direction of what follows? */
bool is_unsafe(u32 c)
{
	return (c < ' ' && c != '\t') || (c >= 0x7f && c < 0xa0) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

bool utf8_valid(const void *s, size_t len)
{
	const u8 *p = s;
	size_t n;
	u32 c;

	for (; len; p += n, len -= n) {
		n = utf8_char(p, len, &c);
		if (!n)
			return false;
	}
	return true;
}

/* The bytes of what is not text, or not safe, as \xNN */
void print_safely(const void *s, size_t len)
{
	const u8 *p = s;
	size_t n, i;
	u32 c;

	for (; len; p += n, len -= n) {
		n = utf8_char(p, len, &c);
		if (n && !is_unsafe(c)) {
			fwrite(p, 1, n, stdout);
			continue;
		}
		n = n ? n : 1;
		for (i = 0; i < n; i++)
			printf("\\x%02x", p[i]);
	}
}

void print_hex(const void *data, size_t len)
{
	const u8 *p = data;
	size_t i;

	for (i = 0; i < len; i++)
		printf("%02x", p[i]);
}
