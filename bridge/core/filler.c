#include "core/filler.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST 8 /* of them */

/* Indonesian, with what Cirebon Javanese and Sundanese put in the same places, sorted. No word
 * of time, number, denial, danger or wish: those may be the reason. */
static const char *const fillers[] = {
	"ada",   "adalah", "agar",   "aja",  "akan",  "aku",     "anda",    "ane",
	"apa",   "atas",   "atau",   "bagi", "bahwa", "bapak",   "bisa",    "bu",
	"buat",  "dah",    "dan",    "dari", "deh",   "dengan",  "di",      "dia",
	"dong",  "eta",    "ge",     "gue",  "halo",  "hanya",   "harus",   "hei",
	"ia",    "ibu",    "iki",    "iku",  "ing",   "ini",     "isun",    "itu",
	"iya",   "jadi",   "juga",   "ka",   "kak",   "kalau",   "kami",    "karena",
	"karo",  "ke",     "kepada", "kita", "kok",   "kula",    "kuring",  "lah",
	"loh",   "mah",    "maka",   "mas",  "mbak",  "mereka",  "min",     "nang",
	"ning",  "nya",    "oleh",   "pada", "pak",   "para",    "pun",     "reang",
	"saja",  "sama",   "sampai", "saya", "se",    "sebagai", "seperti", "si",
	"sih",   "sing",   "supaya", "tapi", "terus", "tetapi",  "untuk",   "ya",
	"yaitu", "yang",
};

static int compare(const void *key, const void *entry)
{
	return strcmp(key, *(const char *const *)entry);
}

bool is_filler(const char *word, size_t len)
{
	char key[LONGEST + 1];

	if (len <= 1 || strspn(word, "0123456789") >= len)
		return true;
	if (len > LONGEST)
		return false;
	memcpy(key, word, len);
	key[len] = '\0';
	return bsearch(key, fillers, sizeof(fillers) / sizeof(fillers[0]), sizeof(fillers[0]),
		       compare) != NULL;
}
