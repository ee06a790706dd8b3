#include "core/match.h"

#include <string.h>

#include "base/xalloc.h"

#define LETTERS   37 /* a-z, 0-9, space */
#define MAX_NODES 65535

/* Node 0 is the root and also stands for "no such child": no phrase leads back to the root. */
struct matcher {
	unsigned nodes, room;
	unsigned phrases, phrase_room;
	uint16_t (*next)[LETTERS];
	uint16_t *phrase_at;  /* node: the phrase that ends there */
	uint16_t *shorter_at; /* node: the next node with a phrase that is a tail of this one */
	uint8_t *words;       /* phrase: how many words it has */
};

static unsigned letter_of(char c)
{
	if (c >= 'a')
		return (unsigned)(c - 'a');
	return c == ' ' ? 36u : 26u + (unsigned)(c - '0');
}

static unsigned new_node(struct matcher *m)
{
	if (m->nodes == MAX_NODES)
		return 0;
	if (m->nodes == m->room) {
		m->room = m->room * 2 < MAX_NODES ? m->room * 2 : MAX_NODES;
		m->next = xrealloc(m->next, m->room * sizeof(*m->next));
		m->phrase_at = xrealloc(m->phrase_at, m->room * sizeof(*m->phrase_at));
	}
	memset(m->next[m->nodes], 0, sizeof(*m->next));
	m->phrase_at[m->nodes] = PHRASE_NONE;
	return m->nodes++;
}

struct matcher *matcher_new(void)
{
	struct matcher *m = xcalloc(1, sizeof(*m));

	m->room = 1024;
	m->next = xmalloc(m->room * sizeof(*m->next));
	m->phrase_at = xmalloc(m->room * sizeof(*m->phrase_at));
	m->phrase_room = 256;
	m->words = xcalloc(m->phrase_room, 1);
	(void)new_node(m); /* the root */
	return m;
}

void matcher_free(struct matcher **matcher)
{
	struct matcher *m = *matcher;

	*matcher = NULL;
	if (m == NULL)
		return;
	xfree(m->next);
	xfree(m->phrase_at);
	xfree(m->shorter_at);
	xfree(m->words);
	xfree(m);
}

static unsigned new_phrase(struct matcher *m, unsigned words)
{
	if (m->phrases + 1 == UINT16_MAX || words > UINT8_MAX)
		return PHRASE_NONE;
	if (++m->phrases == m->phrase_room) {
		m->phrase_room *= 2;
		m->words = xrealloc(m->words, m->phrase_room);
	}
	m->words[m->phrases] = (uint8_t)words;
	return m->phrases;
}

unsigned matcher_add(struct matcher *m, const struct words *phrase)
{
	unsigned node = 0;

	if (phrase->count == 0)
		return PHRASE_NONE;
	for (size_t i = 0; i < phrase->len; i++) {
		unsigned letter = letter_of(phrase->text[i]);

		if (m->next[node][letter] == 0) {
			unsigned child = new_node(m);

			if (child == 0)
				return PHRASE_NONE;
			m->next[node][letter] = (uint16_t)child;
		}
		node = m->next[node][letter];
	}
	if (m->phrase_at[node] == PHRASE_NONE)
		m->phrase_at[node] = (uint16_t)new_phrase(m, phrase->count);
	return m->phrase_at[node];
}

/* Breadth first: a node's longest proper tail is nearer to the root and so complete already. */
void matcher_build(struct matcher *m)
{
	uint16_t *tail = xcalloc(m->nodes, sizeof(*tail));
	uint16_t *queue = xcalloc(m->nodes, sizeof(*queue));
	unsigned head = 0, end = 1; /* queue[0] is the root */

	m->shorter_at = xcalloc(m->nodes, sizeof(*m->shorter_at));
	while (head < end) {
		unsigned node = queue[head++], back = tail[node];

		m->shorter_at[node] = m->phrase_at[back] != PHRASE_NONE ? (uint16_t)back
									: m->shorter_at[back];
		for (unsigned c = 0; c < LETTERS; c++) {
			unsigned child = m->next[node][c];
			uint16_t other = node == 0 ? 0 : m->next[back][c];

			if (child == 0) {
				m->next[node][c] = other;
				continue;
			}
			tail[child] = other;
			queue[end++] = (uint16_t)child;
		}
	}
	xfree(tail);
	xfree(queue);
}

/* Phrases that end with this word. For one beginning, longer ones come later: they overwrite.
 */
static void note_phrases(const struct matcher *m, unsigned node, unsigned word,
			 uint16_t *longest_r)
{
	if (m->phrase_at[node] == PHRASE_NONE)
		node = m->shorter_at[node];
	for (; node != 0; node = m->shorter_at[node]) {
		uint16_t phrase = m->phrase_at[node];

		longest_r[word + 1 - m->words[phrase]] = phrase;
	}
}

void matcher_run(const struct matcher *m, const struct words *words, uint16_t *longest_r)
{
	unsigned node = m->next[0][letter_of(' ')], word = 0;

	memset(longest_r, 0, words->count * sizeof(*longest_r));
	for (size_t i = 1; i < words->len; i++) {
		char c = words->text[i];

		node = m->next[node][letter_of(c)];
		if (c == ' ')
			note_phrases(m, node, word++, longest_r);
	}
}

unsigned matcher_words(const struct matcher *m, unsigned phrase)
{
	return m->words[phrase];
}
