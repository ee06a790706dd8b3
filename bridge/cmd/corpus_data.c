/* The folder of real texts: one table of its files, and what each kind of row says. */
#include "cmd/corpus_private.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static int take_gold(struct loader *l, const json_t *object)
{
	bool is_log = strcmp(corpus_member(object, "genre"), "dispatch_log") == 0;
	struct corpus_row *row =
		corpus_add_row(l, corpus_member(object, "id"), corpus_member(object, "text"),
			       CORPUS_GOLD, is_log ? WEIGHT_LOG : WEIGHT_GOLD);

	row->is_log = is_log;
	row->is_judged = true;
	row->emergency = json_is_true(json_object_get(object, "is_emergency"));
	row->noise = strcmp(corpus_member(object, "class"), "not_actionable") == 0;
	row->severity = (int)json_integer_value(json_object_get(object, "severity"));
	corpus_set_agencies(row, json_object_get(object, "agencies"));
	return 0;
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
static int take_complaint(struct loader *l, const json_t *object)
{
	struct corpus_row *row =
		corpus_add_row(l, corpus_member(object, "id"), corpus_member(object, "text"),
			       CORPUS_COMPLAINT, WEIGHT_WEAK);

	row->emergency = row->noise = 0;
	set_office(row, corpus_member(object, "agency_source"));
	return 0;
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

static int take_log(struct loader *l, const json_t *object)
{
	const char *kind = corpus_member(object, "source_label");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct corpus_row *row;

		if (strcmp(kinds[i].kind, kind) != 0)
			continue;
		row = corpus_add_row(l, corpus_member(object, "id"),
				     corpus_member(object, "text"), CORPUS_LOG, WEIGHT_WEAK);
		row->is_log = true;
		row->emergency = 1;
		row->noise = 0;
		row->severity = kinds[i].severity;
		memcpy(row->agency, kinds[i].agency, sizeof(row->agency));
	}
	return 0;
}

static int take_opinion(struct loader *l, const json_t *object)
{
	struct corpus_row *row;

	if (strcmp(corpus_member(object, "source_label"), "opini/kritik") != 0)
		return 0;
	row = corpus_add_row(l, corpus_member(object, "id"), corpus_member(object, "text"),
			     CORPUS_POST, WEIGHT_WEAK);
	row->emergency = 0;
	row->noise = 1;
	return 0;
}

static int take_sms(struct loader *l, const json_t *object)
{
	struct corpus_row *row =
		corpus_add_row(l, corpus_member(object, "id"), corpus_member(object, "text"),
			       CORPUS_SMS, WEIGHT_WEAK);

	row->emergency = 0;
	row->noise = 1;
	snprintf(row->sms, sizeof(row->sms), "%s", corpus_member(object, "source_label"));
	return 0;
}

static int take_other(struct loader *l, const json_t *object)
{
	struct corpus_row *row =
		corpus_add_row(l, corpus_member(object, "id"), corpus_member(object, "text"),
			       CORPUS_OTHER, WEIGHT_WEAK);

	row->emergency = 0;
	row->noise = 1;
	return 0;
}

int corpus_take_data(struct loader *l)
{
	static const struct {
		const char *name;
		corpus_line_fn *take;
	} files[] = {
		{"emergency-gold.jsonl", take_gold},
		{"reports/surabaya.jsonl", take_complaint},
		{"reports/purbalingga.jsonl", take_complaint},
		{"reports/sumenep-112.jsonl", take_log},
		{"reports/flood-posts-2025.jsonl", take_opinion},
		{"reports/sms.jsonl", take_sms},
		{"reports/regional-other.jsonl", take_other},
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/%s", l->from->data, files[i].name);
		if (corpus_take_lines(l, path, files[i].take) < 0)
			return -1;
	}
	return 0;
}
