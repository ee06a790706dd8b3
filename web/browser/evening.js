/* An evening in Cirebon, for pictures: what is reported, where from, and what the desks do about
 * it. Made up; streets and kelurahan are real. */

/** @typedef {{text: string, source?: string, at?: [number, number], taken?: string[], note?: [string, string]}} Report */

/** @type {Report[]} the oldest first; taken: by whose dispatchers */
export const evening = [
	{text: "Pohon trembesi tumbang menutup Jl. Cipto Mangunkusumo depan Grage Mall, satu mobil tertimpa", taken: ["agus", "siti"]},
	{text: "Lampu jalan mati tiga titik di Perumnas, rawan begal", source: "lapor-mobile", taken: ["tono"]},
	{text: "Kebakaran ilalang di Argasunya dekat TPA Kopi Luhur, angin ke arah rumah warga", source: "call-112", taken: ["siti"], note: ["siti", "Tangki air cadangan dari DLH diminta"]},
	{text: "Kecelakaan motor lawan truk di By Pass depan Terminal Harjamukti, dua korban, satu tidak sadar", source: "call-112", taken: ["dewi", "rina", "siti"]},
	{text: "Sampah menumpuk dua hari di TPS Jl. Ariodinoto", taken: ["tono"]},
	{text: "Ibu saya sesak napas dan dadanya nyeri, gang belakang Masjid Agung Kasepuhan", source: "call-112", taken: ["rina"]},
	{text: "Korsleting di tiang listrik depan Pasar Kanoman, percikan api jatuh ke lapak", source: "lapor-mobile", at: [-6.7226, 108.5672], taken: ["siti"]},
	{text: "Ular sanca tiga meter masuk dapur rumah di Larangan, ada balita", source: "call-112", taken: ["siti"]},
	{text: "Motor saya hilang di parkiran Stasiun Prujakan sejak subuh", taken: ["dewi"]},
	{text: "Banjir rob sudah masuk rumah di pesisir Panjunan, dua lansia perlu dievakuasi", source: "lapor-sms", taken: ["agus", "siti"]},
	{text: "Bau gas menyengat dari warung makan Jl. Kartini, tabung bocor", source: "call-112", taken: ["siti"], note: ["siti", "Warga diminta menjauh 50 m"]},
	{text: "Tawuran pelajar bawa celurit di Jl. Siliwangi dekat Krucuk", source: "call-112", taken: ["dewi"]},
	{text: "Sarang tawon vespa di plafon mushola RW 07 Kecapi mohon dievakuasi", source: "lapor-mobile"},
	{text: "Istri saya mau melahirkan, ketuban sudah pecah, di Penggung", source: "call-112", taken: ["rina"]},
	{text: "Jalan berlubang besar di Jl. Majasem, kemarin ada yang jatuh"},
	{text: "Mobil angkot terbakar di lampu merah Gunung Sari", source: "call-112", taken: ["siti", "dewi"], note: ["siti", "Penumpang sudah keluar semua"]},
	{text: "Anak 2 tahun terkunci di dalam mobil di parkiran CSB Mall", source: "call-112", taken: ["siti"]},
	{text: "Ada orang mengamuk bawa golok di Jagasatru", source: "call-112", taken: ["dewi"]},
	{text: "Tebing longsor di Kopi Luhur dekat galian, satu rumah retak", source: "call-112", taken: ["agus", "siti"]},
	{text: "Kucing tercebur sumur di Pegambiran tolong dong", source: "lapor-mobile"},
	{text: "Kakek jatuh di kamar mandi, kepala berdarah, di Kesenden", source: "call-112", taken: ["rina"]},
	{text: "Oli tumpah di Jl. Pemuda, sudah tiga motor jatuh", source: "lapor-mobile", at: [-6.7239, 108.5494]},
	{text: "Asap hitam dari gudang rotan di Kecapi, api terlihat dari jalan", source: "call-112", taken: ["siti"]},
	{text: "Perahu nelayan terbalik di pantai Kejawanan, dua orang belum ditemukan", source: "call-112", taken: ["agus"]},
	{text: "Rumah kosong di Pulasaren ada suara aneh, mohon dicek"},
	{text: "Orang kesetrum masih menempel di kabel, Jl. Lawanggada", source: "call-112", taken: ["rina", "siti"]},
	{text: "Ledakan di bengkel las Drajat, ada yang luka bakar", source: "call-112"},
	{text: "Kebakaran rumah di Jl. Kesambi dekat RSD Gunung Jati, api di lantai dua, satu lansia belum keluar", source: "call-112", at: [-6.7321, 108.5525],
		taken: ["dewi", "rina"], note: ["dewi", "Jl. Kesambi ditutup dari arah Pemuda, patroli menuju"]},
];
