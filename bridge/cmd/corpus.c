#include "cmd/corpus.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "core/table.h"

const char *const corpus_agency_names[ON_AGENCIES] = {"fire", "police", "health", "city"};

/* How often a row counts beside a complaint nobody judged. */
enum { WEIGHT_WEAK = 1, WEIGHT_LOG = 2, WEIGHT_OWN = 2, WEIGHT_JUDGED = 2, WEIGHT_GOLD = 6 };

struct loader {
	struct corpus *corpus;
	unsigned room;
	const char *data, *dir;
	struct err *err;
};

/* Letters only, digits as one: what differs in spaces or numbers is a copy. */
static uint32_t hash_text(const char *text)
{
	uint32_t h = 2166136261u;

	for (const unsigned char *s = (const unsigned char *)text; *s != '\0'; s++) {
		unsigned char c = *s;

		if (c >= 'A' && c <= 'Z')
			c = (unsigned char)(c - 'A' + 'a');
		if (c >= '0' && c <= '9')
			c = '0';
		else if (c < 'a' || c > 'z')
			continue;
		h = (h ^ c) * 16777619u;
	}
	return h ^ h >> 13;
}

static struct corpus_row *add_row(struct loader *l, const char *id, const char *text,
				  enum corpus_source source, int weight)
{
	struct corpus *c = l->corpus;
	struct corpus_row *row;

	if (c->count == l->room) {
		l->room = l->room == 0 ? 1024 : l->room * 2;
		c->row = xrealloc(c->row, l->room * sizeof(*c->row));
	}
	row = &c->row[c->count++];
	*row = (struct corpus_row){.id = xstrdup(id),
				   .text = xstrdup(text),
				   .source = source,
				   .hash = hash_text(text),
				   .weight = weight,
				   .emergency = ANSWER_UNKNOWN,
				   .noise = ANSWER_UNKNOWN};
	for (int i = 0; i < ON_AGENCIES; i++)
		row->agency[i] = ANSWER_UNKNOWN;
	return row;
}

static const char *member(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

typedef void take_fn(struct loader *l, const json_t *object);

static int take_line(struct loader *l, const char *name, unsigned line, const char *text,
		     take_fn *take)
{
	json_error_t je;
	json_t *object = json_loads(text, 0, &je);

	if (object == NULL)
		return err_set(l->err, ERR_INVALID, "%s:%u: %s", name, line, je.text);
	take(l, object);
	json_decref(object);
	return 0;
}

static int take_file(struct loader *l, const char *name, take_fn *take)
{
	char path[4096], *line = NULL;
	size_t room = 0;
	unsigned n = 0;
	FILE *file;
	int rc = 0;

	snprintf(path, sizeof(path), "%s/%s", l->data, name);
	file = fopen(path, "re");
	if (file == NULL)
		return err_set(l->err, ERR_IO, "%s: not there; --data names the folder", path);
	while (rc == 0 && getline(&line, &room, file) > 0)
		rc = take_line(l, name, ++n, line, take);
	free(line);
	(void)fclose(file); /* only read */
	return rc;
}

static void set_agencies(struct corpus_row *row, const json_t *list)
{
	for (int i = 0; i < ON_AGENCIES; i++) {
		row->agency[i] = 0;
		for (size_t k = 0; k < json_array_size(list); k++)
			if (strcmp(json_string_value(json_array_get(list, k)),
				   corpus_agency_names[i]) == 0)
				row->agency[i] = 1;
	}
}

static void take_gold(struct loader *l, const json_t *object)
{
	bool is_log = strcmp(member(object, "genre"), "dispatch_log") == 0;
	struct corpus_row *row = add_row(l, member(object, "id"), member(object, "text"),
					 CORPUS_GOLD, is_log ? WEIGHT_LOG : WEIGHT_GOLD);

	row->is_log = is_log;
	row->is_judged = true;
	row->emergency = json_is_true(json_object_get(object, "is_emergency"));
	row->noise = strcmp(member(object, "class"), "not_actionable") == 0;
	row->severity = (int)json_integer_value(json_object_get(object, "severity"));
	set_agencies(row, json_object_get(object, "agencies"));
}

/* Departments of Surabaya and the office of Cirebon that does the same. */
static const struct {
	const char *department, *office;
} offices[] = {
	{"Dinas Sumber Daya Air dan Bina Marga", "DPUTR"},
	{"Dinas Lingkungan Hidup", "DLH"},
	{"Dinas Sosial", "DINSOS"},
	{"Dinas Perhubungan", "DISHUB"},
	{"Dinas Kependudukan dan Pencatatan Sipil", "DISDUKCAPIL"},
	{"Dinas Pendidikan", "DISDIK"},
	{"Bagian Perekonomian dan Sumber Daya Alam", "PAMTGN"},
	{"Dinas Kesehatan", "DINKES"},
	{"Satuan Polisi Pamong Praja", "SATPOLPP"},
	{"Dinas Perumahan Rakyat dan Kawasan Permukiman serta Pertanahan", "DPRKP"},
	{"Dinas Perindustrian dan Tenaga Kerja", "DISNAKER"},
	{"Dinas Komunikasi dan Informatika", "DKIS"},
	{"Dinas Koperasi Usaha Kecil dan Menengah dan Perdagangan", "DKUKMPP"},
	{"Dinas Pemberdayaan Perempuan dan Perlindungan Anak serta Pengendalian Penduduk dan "
	 "Keluarga Berencana",
	 "DP3APPKB"},
	{"Dinas Kebudayaan Kepemudaan dan Olah Raga serta Pariwisata", "DISBUDPAR"},
	{"Badan Pendapatan Daerah", "BPKPD"},
	{"Badan Pengelolaan Keuangan dan Aset Daerah", "BPKPD"},
	{"Badan Kepegawaian dan Pengembangan Sumber Daya Manusia", "BKPSDM"},
	{"Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu", "DPMPTSP"},
	{"Badan Penanggulangan Bencana Daerah", "BPBD"},
	{"RSUD dr. Mohamad Soewandhie", "RSDGJ"},
	{"Dinas Pemadam Kebakaran dan Penyelamatan", "DPKP"},
};

static void set_office(struct corpus_row *row, const char *department)
{
	const char *office = "";

	for (size_t i = 0; i < sizeof(offices) / sizeof(offices[0]); i++)
		if (strcmp(offices[i].department, department) == 0)
			office = offices[i].office;
	if (strncmp(department, "Kelurahan ", 10) == 0)
		office = "KELURAHAN";
	if (strncmp(department, "Kecamatan ", 10) == 0)
		office = "KECAMATAN";
	snprintf(row->office, sizeof(row->office), "%s", office);
}

/* Hardly any complaint is an emergency; which ones might be is found out when the rules have
 * read them, and those teach nothing. */
static void take_complaint(struct loader *l, const json_t *object)
{
	struct corpus_row *row = add_row(l, member(object, "id"), member(object, "text"),
					 CORPUS_COMPLAINT, WEIGHT_WEAK);

	row->emergency = row->noise = 0;
	set_office(row, member(object, "agency_source"));
}

/* Kinds of a 112 centre: how grave, and who goes. */
static const struct {
	const char *kind;
	int severity, agency[ON_AGENCIES];
} kinds[] = {
	{"KEBAKARAN", 2, {1, 0, ANSWER_UNKNOWN, 0}},
	{"EVAKUASI HEWAN LIAR/BUAS", 3, {1, 0, 0, 0}},
	{"GIAT EVAKUASI", 0, {1, 0, ANSWER_UNKNOWN, 0}},
	{"POHON TUMBANG", 3, {1, 0, 0, 1}},
	{"PERMINTAAN AMBULAN", 2, {0, 0, 1, 0}},
	{"KECELAKAAN LALU LINTAS", 2, {0, 1, 1, 0}},
};

static void take_log(struct loader *l, const json_t *object)
{
	const char *kind = member(object, "source_label");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct corpus_row *row;

		if (strcmp(kinds[i].kind, kind) != 0)
			continue;
		row = add_row(l, member(object, "id"), member(object, "text"), CORPUS_LOG,
			      WEIGHT_WEAK);
		row->is_log = true;
		row->emergency = 1;
		row->noise = 0;
		row->severity = kinds[i].severity;
		memcpy(row->agency, kinds[i].agency, sizeof(row->agency));
	}
}

static void take_opinion(struct loader *l, const json_t *object)
{
	struct corpus_row *row;

	if (strcmp(member(object, "source_label"), "opini/kritik") != 0)
		return;
	row = add_row(l, member(object, "id"), member(object, "text"), CORPUS_POST,
		      WEIGHT_WEAK);
	row->emergency = 0;
	row->noise = 1;
}

static void take_sms(struct loader *l, const json_t *object)
{
	struct corpus_row *row = add_row(l, member(object, "id"), member(object, "text"),
					 CORPUS_SMS, WEIGHT_WEAK);

	row->emergency = 0;
	row->noise = 1;
	snprintf(row->sms, sizeof(row->sms), "%s", member(object, "source_label"));
}

static void take_other(struct loader *l, const json_t *object)
{
	struct corpus_row *row = add_row(l, member(object, "id"), member(object, "text"),
					 CORPUS_OTHER, WEIGHT_WEAK);

	row->emergency = 0;
	row->noise = 1;
}

static int take_data(struct loader *l)
{
	static const struct {
		const char *name;
		take_fn *take;
	} files[] = {
		{"emergency-gold.jsonl", take_gold},
		{"reports/surabaya.jsonl", take_complaint},
		{"reports/purbalingga.jsonl", take_complaint},
		{"reports/sumenep-112.jsonl", take_log},
		{"reports/flood-posts-2025.jsonl", take_opinion},
		{"reports/sms.jsonl", take_sms},
		{"reports/regional-other.jsonl", take_other},
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (take_file(l, files[i].name, files[i].take) < 0)
			return -1;
	return 0;
}

#define OWN_VARIANTS 8 /* of a text with choices */

enum { OWN_TEXT, OWN_CLASS, OWN_SEVERITY, OWN_AGENCIES };

/* "{rumah|warung} terbakar": which of the choices is taken depends on the text and on n alone.
 */
static void write_variant(const char *pattern, unsigned n, char *text_r, size_t size)
{
	uint32_t seed = hash_text(pattern) + n * 2654435761u;
	size_t len = 0;

	while (*pattern != '\0' && len + 1 < size) {
		const char *end = *pattern == '{' ? strchr(pattern, '}') : NULL;
		unsigned choices = 1, choice;

		if (end == NULL) {
			text_r[len++] = *pattern++;
			continue;
		}
		for (const char *s = pattern; s < end; s++)
			choices += *s == '|';
		seed = seed * 1664525u + 1013904223u;
		choice = (seed >> 16) % choices;
		for (pattern++; choice > 0; pattern++)
			choice -= *pattern == '|';
		while (*pattern != '|' && *pattern != '}' && len + 1 < size)
			text_r[len++] = *pattern++;
		pattern = end + 1;
	}
	text_r[len] = '\0';
}

static void fill_own(struct corpus_row *row, const struct table *table, int severity)
{
	const char *kind = table->cell[OWN_CLASS];

	row->severity = severity;
	row->emergency = strcmp(kind, "emergency") == 0;
	row->noise = strcmp(kind, "noise") == 0;
	for (int i = 0; i < ON_AGENCIES; i++)
		row->agency[i] =
			strstr(table->cell[OWN_AGENCIES], corpus_agency_names[i]) != NULL;
}

static int take_own_row(struct loader *l, const struct table *table)
{
	const char *kind = table->cell[OWN_CLASS], *pattern = table->cell[OWN_TEXT];
	unsigned variants = strchr(pattern, '{') != NULL ? OWN_VARIANTS : 1;
	double severity;
	char text[1024];

	if (table_number(table, OWN_SEVERITY, 1, 4, &severity, l->err) < 0)
		return -1;
	if (strcmp(kind, "emergency") != 0 && strcmp(kind, "routine") != 0 &&
	    strcmp(kind, "noise") != 0)
		return table_error(table, OWN_CLASS, l->err,
				   "is one of emergency, routine, noise");
	for (unsigned n = 0; n < variants; n++) {
		write_variant(pattern, n, text, sizeof(text));
		fill_own(add_row(l, "own", text, CORPUS_OWN, WEIGHT_OWN), table, (int)severity);
	}
	return 0;
}

static int take_own(struct loader *l)
{
	static const char *const columns[] = {"text", "class", "severity", "agencies", NULL};
	struct table table;
	char *text;
	size_t len;
	int more;

	if (file_read(l->dir, "model/texts.tsv", &text, &len, l->err) < 0)
		return -1;
	more = table_open(&table, "model/texts.tsv", text, columns, l->err);
	while (more >= 0 && (more = table_next(&table, l->err)) > 0)
		more = take_own_row(l, &table) < 0 ? -1 : 1;
	xfree(text);
	return more;
}

enum { JUDGED_ID, JUDGED_CLASS, JUDGED_SEVERITY, JUDGED_AGENCIES };

static void judge_row(struct corpus_row *row, const struct table *table)
{
	row->is_judged = true;
	row->weight = WEIGHT_JUDGED;
	row->emergency = strcmp(table->cell[JUDGED_CLASS], "emergency") == 0;
	row->noise = strcmp(table->cell[JUDGED_CLASS], "noise") == 0;
	if (table->cell[JUDGED_SEVERITY][0] == '\0')
		return;
	row->severity = table->cell[JUDGED_SEVERITY][0] - '0';
	for (int i = 0; i < ON_AGENCIES; i++)
		row->agency[i] =
			strstr(table->cell[JUDGED_AGENCIES], corpus_agency_names[i]) != NULL;
}

static void judge_rows(struct corpus *c, const struct table *table)
{
	for (unsigned i = 0; i < c->count; i++)
		if (c->row[i].source == CORPUS_COMPLAINT &&
		    strcmp(c->row[i].id, table->cell[JUDGED_ID]) == 0)
			judge_row(&c->row[i], table);
}

/* What a reader said of complaints, by their number: their texts stay where they are. */
static int take_judged(struct loader *l)
{
	static const char *const columns[] = {"id", "class", "severity", "agencies", NULL};
	struct table table;
	char *text;
	size_t len;
	int more;

	if (file_read(l->dir, "model/judged.tsv", &text, &len, l->err) < 0)
		return -1;
	more = table_open(&table, "model/judged.tsv", text, columns, l->err);
	while (more >= 0 && (more = table_next(&table, l->err)) > 0)
		judge_rows(l->corpus, &table);
	xfree(text);
	return more;
}

static const struct corpus_row *find_judged(const struct corpus *c, uint32_t hash)
{
	for (unsigned k = 0; k < c->count && c->row[k].source == CORPUS_GOLD; k++)
		if (c->row[k].hash == hash)
			return &c->row[k];
	return NULL;
}

/* A judged text is one of the complaints too: there it would answer what it is asked. */
static void silence_copies(struct corpus *c)
{
	for (unsigned i = 0; i < c->count; i++) {
		struct corpus_row *row = &c->row[i];
		const struct corpus_row *judged = find_judged(c, row->hash);

		row->truth = judged != NULL ? judged->emergency : row->emergency;
		if (judged == NULL || judged == row)
			continue;
		row->emergency = row->noise = ANSWER_UNKNOWN;
		row->severity = 0;
	}
}

int corpus_load(struct corpus *corpus, const char *data, const char *dir, struct err *err)
{
	struct loader l = {.corpus = corpus, .data = data, .dir = dir, .err = err};

	*corpus = (struct corpus){0};
	if ((data != NULL && take_data(&l) < 0) || take_judged(&l) < 0 || take_own(&l) < 0) {
		corpus_fini(corpus);
		return -1;
	}
	silence_copies(corpus);
	return 0;
}

void corpus_fini(struct corpus *corpus)
{
	for (unsigned i = 0; i < corpus->count; i++) {
		xfree(corpus->row[i].id);
		xfree(corpus->row[i].text);
	}
	xfree(corpus->row);
	*corpus = (struct corpus){0};
}
