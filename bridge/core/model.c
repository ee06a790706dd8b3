#include "core/model.h"

#include <endian.h>
#include <errno.h>
#include <math.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xalloc.h"

#define MAGIC       "TANGI-M1"
#define DIGEST_SIZE 32
#define HEAD_BYTES  (MODEL_NAME_SIZE + 4 * 4)
#define KNOWN_WORDS (MODEL_BUCKETS / 64)
#define MAP_BYTES   (MODEL_BUCKETS / 8)
#define ROW_ALIGN   16 /* rows of a multiple of it: many heads are added at once */
#define PART_ROWS   256
#define VALUE_MAX                                                                              \
	1e9f /* no training comes near; what is beyond ends in sums that are no number */

struct head {
	char name[MODEL_NAME_SIZE];
	float scale, bias, slope, offset;
};

struct model {
	char version[MODEL_VERSION_SIZE];
	unsigned count, stride;
	struct head head[MODEL_HEADS_MAX];
	uint64_t known[KNOWN_WORDS];
	int8_t *weight; /* [MODEL_BUCKETS][stride] */
};

/* The file: magic, digest of all behind it, heads, known words, which buckets have a row, rows.
 * Integers and floats are little-endian. */
struct bytes {
	unsigned char *at, *end;
};

static struct model *new_model(unsigned count)
{
	struct model *m = xcalloc(1, sizeof(*m));

	m->count = count;
	m->stride = (count + ROW_ALIGN - 1) / ROW_ALIGN * ROW_ALIGN;
	m->weight = aligned_alloc(64, (size_t)MODEL_BUCKETS * m->stride);
	if (m->weight == NULL)
		panic("model: no memory");
	memset(m->weight, 0, (size_t)MODEL_BUCKETS * m->stride);
	return m;
}

void model_free(struct model **model)
{
	struct model *m = *model;

	*model = NULL;
	if (m == NULL)
		return;
	free(m->weight);
	xfree(m);
}

static void quantise(struct model *m, unsigned head, const float *weights)
{
	float most = 1e-9f;

	for (unsigned b = 0; b < MODEL_BUCKETS; b++)
		most = fabsf(weights[b]) > most ? fabsf(weights[b]) : most;
	m->head[head].scale = most / 127;
	for (unsigned b = 0; b < MODEL_BUCKETS; b++)
		m->weight[(size_t)b * m->stride + head] =
			(int8_t)lroundf(weights[b] / m->head[head].scale);
}

static bool is_empty_row(const struct model *m, unsigned bucket)
{
	const int8_t *row = &m->weight[(size_t)bucket * m->stride];

	for (unsigned h = 0; h < m->count; h++)
		if (row[h] != 0)
			return false;
	return true;
}

static void put(unsigned char **at, const void *bytes, size_t len)
{
	memcpy(*at, bytes, len);
	*at += len;
}

static void put_u32(unsigned char **at, uint32_t value)
{
	value = htole32(value);
	put(at, &value, sizeof(value));
}

static void put_float(unsigned char **at, float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	put_u32(at, bits);
}

static void write_rows(const struct model *m, unsigned char **at)
{
	unsigned char *map = *at;

	memset(map, 0, MAP_BYTES);
	*at += MAP_BYTES;
	for (unsigned b = 0; b < MODEL_BUCKETS; b++) {
		if (is_empty_row(m, b))
			continue;
		map[b / 8] = (unsigned char)(map[b / 8] | 1u << b % 8);
		put(at, &m->weight[(size_t)b * m->stride], m->count);
	}
}

/* All behind the digest. */
static size_t write_body(const struct model *m, unsigned char *body)
{
	unsigned char *at = body;

	put_u32(&at, MODEL_BUCKETS);
	put_u32(&at, m->count);
	for (unsigned h = 0; h < m->count; h++) {
		put(&at, m->head[h].name, MODEL_NAME_SIZE);
		put_float(&at, m->head[h].scale);
		put_float(&at, m->head[h].bias);
		put_float(&at, m->head[h].slope);
		put_float(&at, m->head[h].offset);
	}
	for (unsigned i = 0; i < KNOWN_WORDS; i++) {
		uint64_t bits = htole64(m->known[i]);

		put(&at, &bits, sizeof(bits));
	}
	write_rows(m, &at);
	return (size_t)(at - body);
}

static size_t body_room(const struct model *m)
{
	return 8 + m->count * HEAD_BYTES + sizeof(m->known) + MAP_BYTES +
	       (size_t)MODEL_BUCKETS * m->count;
}

static bool digest(const unsigned char *body, size_t len, unsigned char digest_r[DIGEST_SIZE])
{
	return EVP_Digest(body, len, digest_r, NULL, EVP_sha256(), NULL) == 1;
}

static void set_version(struct model *m, const unsigned char sum[DIGEST_SIZE])
{
	for (unsigned i = 0; i < (MODEL_VERSION_SIZE - 1) / 2; i++)
		snprintf(m->version + 2 * i, 3, "%02x", sum[i]);
}

struct model *model_build(const struct model_head *heads, unsigned count,
			  const uint64_t known[KNOWN_WORDS])
{
	struct model *m = new_model(count);
	unsigned char sum[DIGEST_SIZE], *body;
	size_t len;

	for (unsigned h = 0; h < count; h++) {
		snprintf(m->head[h].name, MODEL_NAME_SIZE, "%s", heads[h].name);
		m->head[h].bias = heads[h].bias;
		m->head[h].slope = heads[h].slope;
		m->head[h].offset = heads[h].offset;
		quantise(m, h, heads[h].weights);
	}
	memcpy(m->known, known, sizeof(m->known));
	body = xmalloc(body_room(m));
	len = write_body(m, body);
	if (!digest(body, len, sum))
		panic("model: SHA-256 is not to be had");
	set_version(m, sum);
	xfree(body);
	return m;
}

static int write_file(const char *path, const unsigned char *bytes, size_t len, struct err *err)
{
	FILE *file = fopen(path, "wbe");
	bool is_fine;

	if (file == NULL)
		return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	is_fine = fwrite(bytes, 1, len, file) == len;
	is_fine = fclose(file) == 0 && is_fine;
	return is_fine ? 0 : err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
}

int model_save(const struct model *m, const char *path, struct err *err)
{
	unsigned char *bytes = xmalloc(8 + DIGEST_SIZE + body_room(m));
	size_t len;
	int rc;

	memcpy(bytes, MAGIC, 8);
	len = write_body(m, bytes + 8 + DIGEST_SIZE);
	if (!digest(bytes + 8 + DIGEST_SIZE, len, bytes + 8))
		panic("model: SHA-256 is not to be had");
	rc = write_file(path, bytes, 8 + DIGEST_SIZE + len, err);
	xfree(bytes);
	return rc;
}

static bool take(struct bytes *in, void *to, size_t len)
{
	if ((size_t)(in->end - in->at) < len)
		return false;
	memcpy(to, in->at, len);
	in->at += len;
	return true;
}

static bool take_u32(struct bytes *in, uint32_t *value_r)
{
	if (!take(in, value_r, sizeof(*value_r)))
		return false;
	*value_r = le32toh(*value_r);
	return true;
}

static bool take_float(struct bytes *in, float *value_r)
{
	uint32_t bits;

	if (!take_u32(in, &bits))
		return false;
	memcpy(value_r, &bits, sizeof(bits));
	return fabsf(*value_r) <= VALUE_MAX;
}

static bool take_head(struct bytes *in, struct head *head)
{
	return take(in, head->name, MODEL_NAME_SIZE) &&
	       head->name[MODEL_NAME_SIZE - 1] == '\0' && take_float(in, &head->scale) &&
	       take_float(in, &head->bias) && take_float(in, &head->slope) &&
	       take_float(in, &head->offset);
}

static bool take_rows(struct bytes *in, struct model *m)
{
	unsigned char map[MAP_BYTES];

	if (!take(in, map, sizeof(map)))
		return false;
	for (unsigned b = 0; b < MODEL_BUCKETS; b++)
		if ((map[b / 8] >> b % 8 & 1) != 0 &&
		    !take(in, &m->weight[(size_t)b * m->stride], m->count))
			return false;
	return in->at == in->end;
}

static bool take_body(struct bytes *in, struct model **model_r)
{
	uint32_t buckets, count;
	struct model *m;
	bool is_fine = true;

	if (!take_u32(in, &buckets) || !take_u32(in, &count) || buckets != MODEL_BUCKETS ||
	    count == 0 || count > MODEL_HEADS_MAX)
		return false;
	m = new_model(count);
	for (unsigned h = 0; is_fine && h < count; h++)
		is_fine = take_head(in, &m->head[h]);
	is_fine = is_fine && take(in, m->known, sizeof(m->known));
	for (unsigned i = 0; is_fine && i < KNOWN_WORDS; i++)
		m->known[i] = le64toh(m->known[i]);
	if (!is_fine || !take_rows(in, m)) {
		model_free(&m);
		return false;
	}
	*model_r = m;
	return true;
}

static int read_model(struct model **model_r, const char *path, unsigned char *bytes,
		      size_t len, struct err *err)
{
	struct bytes in = {bytes + 8 + DIGEST_SIZE, bytes + len};
	unsigned char sum[DIGEST_SIZE];

	if (len < 8 + DIGEST_SIZE || memcmp(bytes, MAGIC, 8) != 0)
		return err_set(err, ERR_INVALID, "%s: is no model of this release", path);
	if (!digest(in.at, len - 8 - DIGEST_SIZE, sum) ||
	    memcmp(sum, bytes + 8, DIGEST_SIZE) != 0)
		return err_set(err, ERR_INVALID, "%s: is damaged; fetch it again", path);
	if (!take_body(&in, model_r))
		return err_set(err, ERR_INVALID, "%s: is no model of this release", path);
	set_version(*model_r, sum);
	return 0;
}

int model_load(struct model **model_r, const char *path, struct err *err)
{
	FILE *file = fopen(path, "rbe");
	unsigned char *bytes;
	size_t len;
	int rc;

	if (file == NULL)
		return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	bytes = xmalloc(MODEL_MAX_BYTES + 1);
	len = fread(bytes, 1, MODEL_MAX_BYTES + 1, file);
	if (ferror(file))
		rc = err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	else if (len > MODEL_MAX_BYTES)
		rc = err_set(err, ERR_INVALID, "%s: is larger than %u MiB", path,
			     MODEL_MAX_BYTES >> 20);
	else
		rc = read_model(model_r, path, bytes, len, err);
	(void)fclose(file); /* only read */
	xfree(bytes);
	return rc;
}

const char *model_version(const struct model *m)
{
	return m->version;
}

unsigned model_head_count(const struct model *m)
{
	return m->count;
}

const char *model_head_name(const struct model *m, unsigned head)
{
	return m->head[head].name;
}

int model_head_find(const struct model *m, const char *name)
{
	for (unsigned h = 0; h < m->count; h++)
		if (strcmp(m->head[h].name, name) == 0)
			return (int)h;
	return -1;
}

/* How many are added is known where it is compiled: then it adds them in one register. */
static inline void add_part(int16_t *restrict sum, const int8_t *restrict row)
{
	for (unsigned h = 0; h < ROW_ALIGN; h++)
		sum[h] = (int16_t)(sum[h] + row[h]);
}

/* Of no more than PART_ROWS rows: so many bytes never leave sixteen bits. */
static void add_few(const struct model *m, const uint16_t *bucket, unsigned count, int16_t *sum)
{
	for (unsigned i = 0; i < count; i++) {
		const int8_t *row = &m->weight[(size_t)bucket[i] * m->stride];

		for (unsigned part = 0; part < m->stride; part += ROW_ALIGN)
			add_part(sum + part, row + part);
	}
}

static void add_rows(const struct model *m, const uint16_t *bucket, unsigned count,
		     int32_t *sum)
{
	while (count > 0) {
		unsigned few = count < PART_ROWS ? count : PART_ROWS;
		int16_t part[MODEL_HEADS_MAX] = {0};

		add_few(m, bucket, few, part);
		for (unsigned h = 0; h < m->count; h++)
			sum[h] += part[h];
		bucket += few;
		count -= few;
	}
}

void model_score(const struct model *m, const struct features *f, struct model_scores *scores_r)
{
	int32_t text[MODEL_HEADS_MAX] = {0}, cue[MODEL_HEADS_MAX] = {0};
	float value = f->text_count > 0 ? 1 / sqrtf((float)f->text_count) : 0;

	add_rows(m, f->text, f->text_count, text);
	add_rows(m, f->cue, f->cue_count, cue);
	for (unsigned h = 0; h < m->count; h++)
		scores_r->score[h] =
			m->head[h].bias + m->head[h].scale * ((float)text[h] * value +
							      (float)cue[h] * MODEL_CUE_VALUE);
}

float model_probability(const struct model *m, const struct model_scores *scores, unsigned head)
{
	const struct head *h = &m->head[head];

	return 1 / (1 + expf(-(h->slope * scores->score[head] + h->offset)));
}

bool model_knows(const struct model *m, uint16_t word_bucket)
{
	return (m->known[word_bucket >> 6] >> (word_bucket & 63) & 1) != 0;
}

float model_weight(const struct model *m, unsigned head, uint16_t bucket, unsigned count)
{
	return m->head[head].scale * (float)m->weight[(size_t)bucket * m->stride + head] /
	       sqrtf((float)count);
}
