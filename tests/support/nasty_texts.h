/* What is said again and again until a text is as long as it may be: each is bad for something,
 * words, hits, sentences, cues, letters held down, endings, digits, characters that are
 * nothing, bytes that are none. */
#pragma once

static const char *const nasty_texts[] = {
	"a ",
	"ab ",
	"a.b ",
	"aaaa. ",
	"a\n",
	"aa",
	"ab",
	"abcdefghijklmnopqrstuvwxyz0123456789",
	"abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrs ",
	"tooooooolong ",
	"tolongg rumahku cepatlah ",
	"t0l0ng 4pi k3b4k4r4n ",
	"0 1 2 3 4 5 6 7 8 9 ",
	"'",
	"\xe2\x80\x8b",
	"\xc3",
	"\xc3\xa9",
	"\xf0\x9f\x94\xa5",
	"\xff\xfe",
	"!?!?",
	"#a @b http ",
	"kebakaran ",
	"bukan kebakaran ",
	"kebakaran kemarin. ",
	"takut nanti pohon tumbang, ",
	"setiap hujan banjir ",
	"kabel di jalan itu menjuntai ",
	"kabel kabel kabel kabel kabel menjuntai ",
	"banjir 80 cm sepaha sepinggang ",
	"tolong kirim damkar ambulans polisi ",
	"orang terjebak di lantai 2 bawa golok ",
	"latihan simulasi berita besok kemarin ",
};

#define NASTY_TEXTS (sizeof(nasty_texts) / sizeof(nasty_texts[0]))
