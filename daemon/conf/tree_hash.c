/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree_hash: a number for what a configuration says, whatever the syntax, spacing and comments of
 * the file. Called by model.c.
 */
#include "daemon/conf/tree_hash.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <string.h>

static void add(gnutls_hash_hd_t h, const void *data, size_t len)
{
	gnutls_hash(h, data, len);
}

/* A text with its length in front, so that no two trees make the same octets. */
static void add_text(gnutls_hash_hd_t h, const char *s)
{
	uint64_t len = strlen(s);

	add(h, &len, sizeof(len));
	add(h, s, len);
}

static void add_node(gnutls_hash_hd_t h, const struct tree_node *node)
{
	uint64_t head[2] = {node->type, 0};

	add_text(h, node->name != NULL ? node->name : "");
	switch (node->type) {
	case TREE_MAP:
	case TREE_LIST:
		head[1] = node->n;
		break;
	case TREE_NULL:
	case TREE_STRING:
		break;
	case TREE_INT:
		head[1] = (uint64_t)node->integer;
		break;
	case TREE_REAL:
		memcpy(&head[1], &node->real, sizeof(head[1]));
		break;
	case TREE_BOOL:
		head[1] = node->boolean;
		break;
	}
	add(h, head, sizeof(head));
	if (node->type == TREE_STRING)
		add_text(h, node->string);
	if (node->type == TREE_MAP || node->type == TREE_LIST)
		for (size_t i = 0; i < node->n; i++) /* no deeper than TREE_DEPTH_MAX */
			add_node(h, &node->v[i]);
}

int tree_hash(const struct tree_node *root, char ret[TREE_HASH_SIZE])
{
	gnutls_hash_hd_t h;
	uint8_t digest[32];

	if (gnutls_hash_init(&h, GNUTLS_DIG_SHA256) < 0)
		return -ENOMEM;
	add_node(h, root);
	gnutls_hash_deinit(h, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(ret + 2 * i, 3, "%02X", digest[i]);
	return 0;
}
