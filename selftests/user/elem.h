/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An element that says what it is, so that one that is not of one piece, or was
 * used again too early, shows
 */
#ifndef _ELEM_H
#define _ELEM_H

#include <linux/types.h>

/*
 * @len: bytes, with this head
 * @sum: of all else
 */
struct elem {
	u32	len;
	u32	sum;
	u64	id;
	u8	body[];
};

static inline u32 elem_mix(u32 sum, u64 value)
{
	sum ^= value ^ value >> 32;
	return (sum << 7 | sum >> 25) * 0x9e3779b1U;
}

static inline u32 elem_sum(const struct elem *e, size_t len)
{
	u32 sum = elem_mix(elem_mix(1, len), e->id);
	size_t i;

	for (i = 0; i < len - sizeof(*e); i++)
		sum = elem_mix(sum, e->body[i]);
	return sum;
}

/* @len is at least that of the head. */
static inline void elem_make(struct elem *e, size_t len, u64 id)
{
	size_t i;

	e->len = len;
	e->id = id;
	for (i = 0; i < len - sizeof(*e); i++)
		e->body[i] = id + i * 37;
	e->sum = elem_sum(e, len);
}

/* @room: what there is of it at most */
static inline bool elem_ok(const struct elem *e, size_t room)
{
	return e->len >= sizeof(*e) && e->len <= room &&
	       e->sum == elem_sum(e, e->len);
}

#endif /* _ELEM_H */
