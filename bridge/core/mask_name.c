/* Names: the reporter's own wherever it stands, and those that a text itself calls names. */
#include <string.h>

#include "core/mask_private.h"

#define NAME_WORDS 3 /* "nama saya Budi Eka Santoso" */

/* ---- What is known. ---- */

static bool is_no_name(const char *word)
{
	static const char *const titles[] = {
		"bapak", "ibu",   "pak",     "haji",   "hajah",   "warga", "sdr",   "sdri",
		"mas",   "mbak",  "pelapor", "anonim", "nama",    "tanpa", "tidak", "ada",
		"user",  "guest", "petugas", "test",   "laporan", NULL};

	return strlen(word) < 3 || mask_is_one_of(word, titles);
}

void mask_know(struct mask_known *known, const char *name, const char *phone)
{
	struct mask_scan s = {.text = name, .len = name != NULL ? strlen(name) : 0};
	size_t digits = 0;

	*known = (struct mask_known){0};
	for (size_t i = 0; i < s.len && known->name_count < MASK_NAMES_MAX;) {
		char *word = known->name[known->name_count];
		size_t n = mask_read_word(&s, i, word, MASK_NAME_SIZE);

		known->name_count += n > 0 && n < MASK_NAME_SIZE && !is_no_name(word);
		i += n > 0 ? n : 1;
	}
	for (; phone != NULL && *phone != '\0'; phone++)
		if (mask_is_digit(*phone) && digits + 1 < sizeof(known->phone))
			known->phone[digits++] = *phone;
}

/* Its own, drawn out ("Budiii"), or with what Indonesian hangs behind a word. */
static bool is_form_of(const char *word, const char *name)
{
	static const char *const tails[] = {"", "nya", "lah", "ku", "mu", "kah", NULL};
	size_t n = strlen(name);

	if (strncmp(word, name, n) != 0)
		return false;
	return mask_is_one_of(word + n, tails) ||
	       strspn(word + n, (const char[]){name[n - 1], '\0'}) == strlen(word + n);
}

static bool is_known(const struct mask_known *known, const char *word)
{
	for (unsigned i = 0; known != NULL && i < known->name_count; i++)
		if (is_form_of(word, known->name[i]))
			return true;
	return false;
}

/* "S U T R I S N O", "b.u.d.i": letters that signs part. */
static size_t find_spelt(const struct mask_scan *s)
{
	char word[MASK_NAME_SIZE];
	size_t n = 0, i = s->at, end = i;

	while (n + 1 < sizeof(word) && mask_is_letter(mask_at(s, i)) &&
	       !mask_is_letter(mask_at(s, i + 1))) {
		word[n++] = mask_lower(mask_at(s, i));
		end = i + 1;
		i = end + mask_gap(s, end);
	}
	word[n] = '\0';
	return n >= 3 && is_known(s->known, word) ? end - s->at : 0;
}

/* ---- What is called a name. ---- */

static bool is_title(const char *word)
{
	static const char *const titles[] = {
		"pak",     "bapak",   "bpk",  "bu",     "ibu", "sdr",      "sdri",
		"saudara", "saudari", "mas",  "mbak",   "mba", "bang",     "kang",
		"haji",    "hajah",   "hj",   "ustad",  "alm", "almarhum", "ustadz",
		"tn",      "ny",      "tuan", "nyonya", NULL};

	return mask_is_one_of(word, titles);
}

/* Who somebody is by office, or what is done or is the matter: none of them is a name. */
static bool is_office(const char *word)
{
	static const char *const words[] = {
		"lurah",    "camat",    "polisi", "walikota", "wali",    "bupati",
		"gubernur", "kepala",   "kades",  "kuwu",     "dokter",  "guru",
		"satpam",   "presiden", "hamil",  "tua",      "lansia",  "rumah",
		"kota",     "dan",      "tolong", "mohon",    "ketua",   "petugas",
		"saya",     "kami",     "damkar", "pemadam",  "yang",    "warga",
		"menteri",  "kapolres", "sopir",  "hakim",    "tentara", NULL};

	return mask_is_one_of(word, words);
}

/* Stands between "nama" and the name. */
static bool is_between(const char *word)
{
	static const char *const words[] = {"saya",    "pelapor", "lengkap", "adalah", "ialah",
					    "pemilik", "korban",  "dia",     "beliau", "dengan",
					    "pasien",  "sy",      NULL};

	return mask_is_one_of(word, words);
}

/* What is not a person's, or comes behind the name. */
static bool ends_name(const char *word)
{
	static const char *const words[] = {
		"jalan",      "jl",        "gang",    "desa",    "toko",      "tempat",
		"kelurahan",  "kecamatan", "warga",   "kampung", "perumahan", "sekolah",
		"masjid",     "baik",      "dan",     "di",      "dari",      "yang",
		"yg",         "mau",       "ingin",   "umur",    "usia",      "alamat",
		"tinggal",    "rt",        "rw",      "no",      "hp",        "wa",
		"melaporkan", "lapor",     "melapor", "kami",    "ada",       "saat",
		"pada",       "untuk",     "telp",    "tolong",  "mohon",     "itu",
		"ini",        "nya",       "orang",   "tidak",   "akun",      NULL};

	return mask_is_one_of(word, words);
}

/* A sentence or a line has ended since the word before. */
static bool is_cut_off(const struct mask_scan *s)
{
	size_t i = s->at;

	while (i > 0 && (s->text[i - 1] == ' ' || s->text[i - 1] == ':'))
		i--;
	return i > 0 && !mask_is_letter(s->text[i - 1]) &&
	       !(s->text[i - 1] == '.' && s->name > NAME_WORDS); /* "Bpk. Budi" */
}

static bool has_capital(const struct mask_scan *s)
{
	return mask_is_upper(mask_at(s, s->at)) && !s->is_capital;
}

static bool may_be_name(const struct mask_scan *s, const char *word)
{
	if (strlen(word) < 2 || ends_name(word) || is_title(word))
		return false;
	return !s->is_named_capital ||
	       (has_capital(s) && strlen(word) >= 3 && !is_office(word));
}

static void take_part(struct mask_scan *s, const char *word)
{
	bool is_first = s->name > NAME_WORDS;

	if (is_first && (is_between(word) || is_title(word)))
		return;
	s->is_name = may_be_name(s, word) && s->name > 1;
	s->name = s->is_name ? s->name - 1 : 0;
}

void mask_note_name(struct mask_scan *s, const char *word)
{
	static const char *const cues[] = {"nama", "bernama", "namanya", NULL};
	bool is_cue = mask_is_one_of(word, cues);

	s->is_name = false;
	if (s->name > 0 && is_cut_off(s))
		s->name = 0;
	if (s->name > 0 && !is_cue)
		take_part(s, word);
	if (is_cue || (s->name == 0 && is_title(word) && !s->is_capital)) {
		s->name = NAME_WORDS + 1;
		s->is_named_capital = !is_cue;
	}
}

size_t mask_find_name(const struct mask_scan *s)
{
	char word[MASK_NAME_SIZE];
	size_t n;

	if (!mask_begins_word(s))
		return 0;
	n = mask_read_word(s, s->at, word, sizeof(word));
	if (n == 0 || n == MASK_NAME_SIZE)
		return 0;
	if (s->is_name || is_known(s->known, word))
		return n;
	return find_spelt(s);
}
