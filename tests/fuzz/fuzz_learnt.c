/* Any bytes as what was learnt or decided beside the rules: the model, similar.tsv,
 * joining.tsv, callers.tsv. Each is read or refused with a reason, and what is read judges: a
 * verdict stays whole, a score between 0 and 1, an order within its bounds. The first byte
 * chooses. */
#include "fuzz_city.h"

#include <limits.h>
#include <math.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/callers.h"
#include "core/classify.h"
#include "core/model.h"
#include "core/similar.h"

#define MAGIC      "TANGI-M1"
#define MAGIC_SIZE 8
#define SUM_SIZE   32
#define HEAD_SIZE  48 /* a name and four numbers */
#define REST_SIZE  (2 * MODEL_BUCKETS / 8)

struct folder {
	char dir[40], model[80], similar[80], joining[80];
};

static struct folder folder;

static void sweep(void)
{
	char sub[80];

	(void)unlink(folder.model);
	(void)unlink(folder.similar);
	(void)unlink(folder.joining);
	snprintf(sub, sizeof(sub), "%s/model", folder.dir);
	(void)rmdir(sub);
	snprintf(sub, sizeof(sub), "%s/rules", folder.dir);
	(void)rmdir(sub);
	(void)rmdir(folder.dir);
}

/* A city's folder that is empty. */
static void make_folder(void)
{
	char sub[80];

	if (folder.dir[0] != '\0')
		return;
	snprintf(folder.dir, sizeof(folder.dir), "/tmp/tangi-fuzz-XXXXXX");
	FUZZ_CHECK(mkdtemp(folder.dir) != NULL);
	(void)atexit(sweep);
	snprintf(sub, sizeof(sub), "%s/model", folder.dir);
	FUZZ_CHECK(mkdir(sub, 0700) == 0);
	snprintf(sub, sizeof(sub), "%s/rules", folder.dir);
	FUZZ_CHECK(mkdir(sub, 0700) == 0);
	snprintf(folder.model, sizeof(folder.model), "%s/model/triage.model", folder.dir);
	snprintf(folder.similar, sizeof(folder.similar), "%s/model/similar.tsv", folder.dir);
	snprintf(folder.joining, sizeof(folder.joining), "%s/rules/joining.tsv", folder.dir);
}

static void put_file(const char *path, const void *bytes, size_t len)
{
	FILE *file = fopen(path, "we");

	FUZZ_CHECK(file != NULL && fwrite(bytes, 1, len, file) == len && fclose(file) == 0);
}

/* ---- The model. ---- */

static void judge_by(struct model *model)
{
	static const char text[] = "kebakaran rumah di kesambi, masih ada orang di dalam";
	struct rules *city = fuzz_city();
	struct model *none = NULL;
	struct verdict v;

	rules_set_model(city, &model);
	classify(city, text, sizeof(text) - 1, &v);
	/* A model that holds it to be talk alone makes a person look (rule life_talk), no more.
	 */
	FUZZ_CHECK(v.disposition == DISPOSITION_EMERGENCY ||
		   v.disposition == DISPOSITION_REVIEW);
	FUZZ_CHECK(v.priority == 1 && v.agencies != 0);
	FUZZ_CHECK(v.confidence_pct >= 0 && v.confidence_pct <= 100);
	FUZZ_CHECK(rules_has_category(city, v.category));
	rules_set_model(city, &none);
}

static void try_model(const uint8_t *data, size_t size)
{
	struct model *model = NULL;
	struct err err = {0};

	put_file(folder.model, data, size);
	if (model_load(&model, folder.model, &err) == 0)
		judge_by(model);
	else
		FUZZ_CHECK(model == NULL && err.kind == ERR_INVALID && err.text[0] != '\0');
}

/* The digest is right, and so is the length where there are no rows: what is behind it counts.
 */
static void try_signed_model(const uint8_t *data, size_t size)
{
	size_t heads = size > 0 ? data[0] % (MODEL_HEADS_MAX + 2) : 0;
	size_t len = MAGIC_SIZE + SUM_SIZE + 8 + heads * HEAD_SIZE + REST_SIZE;
	uint8_t *bytes = calloc(len + size, 1), *body = bytes + MAGIC_SIZE + SUM_SIZE;
	size_t extra = size > heads * HEAD_SIZE + 1 ? size - heads * HEAD_SIZE - 1 : 0;

	memcpy(bytes, MAGIC, MAGIC_SIZE);
	body[2] = 1; /* 65536 */
	body[4] = (uint8_t)heads;
	if (size > 1)
		memcpy(body + 8, data + 1, size - 1 - extra);
	/* What is left is rows of the first buckets. */
	memcpy(bytes + len, data + size - extra, extra);
	for (size_t row = 0; heads > 0 && row < extra / heads && row < MODEL_BUCKETS; row++)
		bytes[len - REST_SIZE / 2 + row / 8] |= (uint8_t)(1u << row % 8);
	FUZZ_CHECK(EVP_Digest(body, len + extra - MAGIC_SIZE - SUM_SIZE, bytes + MAGIC_SIZE,
			      NULL, EVP_sha256(), NULL) == 1);
	try_model(bytes, len + extra);
	free(bytes);
}

/* ---- The tables. ---- */

static void compare_by(const struct similar_rules *rules)
{
	struct comparison c = {.telling = 1};

	for (int i = 0; i < SIMILAR_SIGNS; i++)
		c.sign[i] = 1;
	FUZZ_CHECK(similar_score(rules, &c) >= 0 && similar_score(rules, &c) <= 1);
	FUZZ_CHECK(rules->need_count <= SIMILAR_NEEDS_MAX && rules->link >= rules->suggest);
}

static void try_similar(const uint8_t *data, size_t size)
{
	static const char needs[] = "category\twords\twhy\n*\t0.15\tany\n";
	struct similar_rules *rules = NULL;
	struct err err = {0};

	put_file(folder.similar, data, size);
	put_file(folder.joining, needs, sizeof(needs) - 1);
	if (similar_load(&rules, folder.dir, fuzz_city(), &err) < 0)
		FUZZ_CHECK(rules == NULL && err.kind == ERR_INVALID && err.text[0] != '\0');
	else if (rules != NULL)
		compare_by(rules);
	similar_free(&rules);
}

static void try_joining(const uint8_t *data, size_t size)
{
	struct similar_rules *rules = calloc(1, sizeof(*rules));
	struct err err = {0};

	put_file(folder.joining, data, size);
	if (similar_load_needs(rules, folder.dir, &err) < 0)
		FUZZ_CHECK(err.kind == ERR_INVALID && strstr(err.text, "joining.tsv") != NULL);
	else
		FUZZ_CHECK(rules->need_count <= SIMILAR_NEEDS_MAX);
	free(rules);
}

static void try_callers(const uint8_t *data, size_t size)
{
	char *text = calloc(size + 1, 1);
	struct caller_policy policy = {0};
	struct err err = {0};
	int order = 0;

	memcpy(text, data, size);
	if (callers_load(&policy, "callers.tsv", text, &err) < 0)
		FUZZ_CHECK(err.kind == ERR_INVALID && strstr(err.text, "callers.tsv") != NULL);
	else
		FUZZ_CHECK(callers_try(&policy, "prank:50@0 silent:3@9 grave", &order, &err) ==
				   0 &&
			   order >= 0);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const tries[])(const uint8_t *, size_t) = {
		['M'] = try_model,   ['D'] = try_signed_model, ['S'] = try_similar,
		['J'] = try_joining, ['C'] = try_callers,
	};

	make_folder();
	if (size > 0 && data[0] < sizeof(tries) / sizeof(tries[0]) && tries[data[0]] != NULL)
		tries[data[0]](data + 1, size - 1);
	return 0;
}
