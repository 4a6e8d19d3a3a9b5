//! The texts of the tests.

use std::fs;
use std::path::Path;

/// xorshift: the same row on every machine.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end
    }

    fn one_of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

const SENTENCES: &[(&str, &str)] = &[
    (
        "english",
        "All human beings are born free and equal in dignity and rights; they don't need 3 reasons, I'LL say it's so.",
    ),
    (
        "german",
        "Alle Menschen sind frei und gleich an Würde und Rechten geboren, größer als Straßenbahnhaltestellen.",
    ),
    (
        "french",
        "Tous les êtres humains naissent libres et égaux en dignité et en droits ; l'été, ça va à Noël.",
    ),
    (
        "spanish",
        "¿Todos los seres humanos nacen libres e iguales en dignidad y derechos? ¡Sí, señor, mañana!",
    ),
    (
        "polish",
        "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw: zażółć gęślą jaźń.",
    ),
    (
        "czech",
        "Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv. Příliš žluťoučký kůň.",
    ),
    (
        "turkish",
        "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. İstanbul'da ığdır şişli.",
    ),
    (
        "vietnamese",
        "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi.",
    ),
    (
        "icelandic",
        "Hver maður er borinn frjáls og jafn öðrum að virðingu og réttindum. Þórr, Æsir, ðrengr.",
    ),
    (
        "greek",
        "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα. ΑΘΗΝΑ ᾳ ᾼ.",
    ),
    (
        "russian",
        "Все люди рождаются свободными и равными в своём достоинстве и правах. ЁЖИК съел ЁЛКУ.",
    ),
    (
        "ukrainian",
        "Всі люди народжуються вільними і рівними у своїй гідності та правах. Їжак з'їв ґудзик.",
    ),
    (
        "georgian",
        "ყველა ადამიანი იბადება თავისუფალი და თანასწორი თავისი ღირსებითა და უფლებებით. ᲡᲐᲥᲐᲠᲗᲕᲔᲚᲝ",
    ),
    (
        "armenian",
        "Բոլոր մարդիկ ծնվում են ազատ ու հավասար իրենց արժանապատվությամբ ու իրավունքներով։",
    ),
    (
        "hebrew",
        "כל בני אדם נולדו בני חורין ושווים בערכם ובזכויותיהם. שָׁלוֹם עֲלֵיכֶם",
    ),
    (
        "arabic",
        "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق. ١٢٣٤٥ اَلسَّلَامُ عَلَيْكُمْ",
    ),
    (
        "persian",
        "تمام افراد بشر آزاد به دنیا می‌آیند و از لحاظ حیثیت و حقوق با هم برابرند. ۱۲۳۴",
    ),
    (
        "urdu",
        "تمام انسان آزاد اور حقوق و عزت کے اعتبار سے برابر پیدا ہوئے ہیں۔",
    ),
    (
        "hindi",
        "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है। १२३४",
    ),
    (
        "bengali",
        "সমস্ত মানুষ স্বাধীনভাবে সমান মর্যাদা এবং অধিকার নিয়ে জন্মগ্রহণ করে। ১২৩",
    ),
    (
        "tamil",
        "மனிதப் பிறிவியினர் சகலரும் சுதந்திரமாகவே பிறக்கின்றனர்; மதிப்பிலும் சமமானவர்கள்.",
    ),
    (
        "telugu",
        "ప్రతిపత్తిస్వత్వముల విషయమున మానవులెల్లరును జన్మతః స్వతంత్రులును సమానులును నగుదురు.",
    ),
    (
        "kannada",
        "ಎಲ್ಲಾ ಮಾನವರೂ ಸ್ವತಂತ್ರರಾಗಿಯೇ ಜನಿಸಿದ್ದಾರೆ. ಹಾಗೂ ಘನತೆ ಮತ್ತು ಹಕ್ಕುಗಳಲ್ಲಿ ಸಮಾನರಾಗಿದ್ದಾರೆ.",
    ),
    (
        "malayalam",
        "മനുഷ്യരെല്ലാവരും തുല്യാവകാശങ്ങളോടും അന്തസ്സോടും സ്വാതന്ത്ര്യത്തോടും കൂടി ജനിച്ചിട്ടുള്ളവരാണ്.",
    ),
    (
        "sinhala",
        "සියලු මනුෂ්‍යයෝ නිදහස්ව උපත ලබා ඇත. ගරුත්වයෙන් හා අයිතිවාසිකම් වලින් සමාන වෙති.",
    ),
    (
        "thai",
        "มนุษย์ทั้งปวงเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ ๑๒๓๔",
    ),
    ("lao", "ມະນຸດທຸກຄົນເກີດມາມີສິດເສລີພາບ ແລະສະເໝີໜ້າກັນໃນກຽດຕິສັກ ແລະສິດທິ."),
    (
        "burmese",
        "လူတိုင်းသည် တူညီ လွတ်လပ်သော ဂုဏ်သိက္ခာဖြင့် လည်းကောင်း၊ မွေးဖွားလာသူများ ဖြစ်သည်။",
    ),
    (
        "khmer",
        "មនុស្សទាំងអស់ កើតមកមានសេរីភាព និងសមភាព ក្នុងផ្នែកសេចក្ដីថ្លៃថ្នូរនិងសិទ្ធិ។",
    ),
    (
        "tibetan",
        "འགྲོ་བ་མིའི་རིགས་རྒྱུད་ཡོངས་ལ་སྐྱེས་ཙམ་ཉིད་ནས་ཆེ་མཐོངས་དང༌། ཐོབ་ཐངགི་རང་དབང་འདྲ་མཉམ་དུ་ཡོད་ལ།",
    ),
    (
        "amharic",
        "የሰው፡ልጅ፡ሁሉ፡ሲወለድ፡ነጻና፡በክብርና፡በመብትም፡እኩልነት፡ያለው፡ነው።፡ ፩፪፫",
    ),
    (
        "chinese",
        "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。一二三４５６",
    ),
    (
        "traditional",
        "人人生而自由，在尊嚴和權利上一律平等。他們賦有理性和良心，並應以兄弟關係的精神互相對待。",
    ),
    (
        "japanese",
        "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。カタカナｶﾅー々",
    ),
    (
        "korean",
        "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. 한글 ㄱㄴㄷ",
    ),
    (
        "mongolian",
        "ᠬᠦᠮᠦᠨ ᠪᠦᠷ ᠲᠥᠷᠥᠵᠦ ᠮᠡᠨᠳᠡᠯᠡᠬᠦ ᠡᠷᠬᠡ ᠴᠢᠯᠥᠭᠡ ᠲᠡᠢ᠂ Хүн бүр төрж мэндлэхдээ эрх чөлөөтэй.",
    ),
    ("cherokee", "ᏂᎦᏓ ᎠᏂᏴᏫ ᏂᎨᎫᏓᎸᎾ ᎠᎴ ᎤᏂᏠᏱ ᎤᎾᏕᎿ ᏚᏳᎧᏛ ᎨᏒᎢ. ꭰꭱꭲ"),
    (
        "emoji",
        "👩‍👩‍👧‍👦 👨🏽‍💻🏳️‍🌈🏴󠁧󠁢󠁥󠁮󠁧󠁿 ❤️‍🔥 🇩🇪🇫🇷 👍🏿👍 1️⃣#️⃣ ✈️ ☃︎ 😀😃😄🤷🏻‍♀️ text😀text",
    ),
    (
        "marks",
        "e\u{301}a\u{308}\u{323} Z\u{351}\u{36b}A\u{343}L\u{34d}\u{353}G\u{489}O \u{301}\u{302}x !\u{301}a \u{20dd}1\u{20dd}",
    ),
    (
        "math",
        "∀x∈ℝ: ⌈x⌉ = −⌊−x⌋, 𝒜𝓑𝔸𝖆𝟙𝟚, ½ ⅷ Ⅷ ² ③ H₂O → Σᵢ aᵢ² ≤ ∞, ǅ ǈ ªº ʰʷ",
    ),
    (
        "json",
        "{\"id\":\"chatcmpl-123\",\"object\":\"chat.completion\",\"created\":1677652288,\n\t\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"\\n\\nHello there, how may I assist you today?\"}}],\r\n  \"usage\": {\"prompt_tokens\": 9, \"total_tokens\": 21}}  \n\n\n",
    ),
    (
        "urls",
        "https://example.com/a/b//c?x=1&y=%20#frag\r\n//comment\n/// doc\n///\n http://[::1]:8080/\n\n/\n",
    ),
    (
        "contractions",
        "I'm I'M you're YOU'RE he'S she'\u{17f} we'Ll they'VE it'd 'tis 'Twas o'clock ''s 'sx 've'll 'reread DON'Ts",
    ),
];

/// Prose of many scripts, each sentence also without its blanks and all in one line; and this project's own
/// files.
pub fn real() -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for (name, text) in SENTENCES {
        found.push(((*name).to_owned(), text.repeat(20)));
        found.push((
            format!("{name} in lines"),
            format!("{text}\n\n  {text} \r\n\t").repeat(10),
        ));
        found.push((
            format!("{name} in one word"),
            text.replace(' ', "").repeat(20),
        ));
        found.push((format!("{name} in capitals"), text.to_uppercase().repeat(5)));
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for file in [
        "README.md",
        "src/README.md",
        "Cargo.lock",
        "src/lib.rs",
        "src/stream/batch/mod.rs",
        "src/proxy/request/params/tables.rs",
        "pkg-template/lib/base-client.js",
        "pkg-template/types.d.ts",
        "tests/package-lock.json",
        "tests/fixtures/checks.json",
    ] {
        let text = fs::read_to_string(root.join(file)).unwrap();
        found.push((file.to_owned(), text));
    }
    found
}

const PARTS: &[&str] = &[
    "a",
    "b",
    "s",
    "t",
    "ll",
    "LL",
    "Ve",
    "re",
    "M",
    "A",
    "AB",
    "word",
    "Word",
    "WORD",
    "wOrd",
    "'",
    "'s",
    "'S",
    "'ſ",
    "ſ",
    "'ll",
    "'",
    "\u{2019}s",
    " ",
    "  ",
    "   ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\n\n",
    "\u{a0}",
    "\u{3000}",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\u{200b}",
    "\u{b}",
    "\u{c}",
    "\u{1c}",
    "0",
    "12",
    "1234",
    "٣",
    "Ⅷ",
    "½",
    "!",
    "?!",
    ".",
    "...",
    "/",
    "//",
    "-",
    "_",
    "\"",
    "(",
    "{}",
    "<|",
    "|>",
    "é",
    "É",
    "ß",
    "ﬁ",
    "ǅ",
    "ª",
    "ʰ",
    "ー",
    "々",
    "中",
    "文字",
    "あ",
    "ア",
    "한",
    "ก",
    "ั",
    "\u{301}",
    "\u{308}\u{323}",
    "\u{20dd}",
    "\u{200d}",
    "\u{fe0f}",
    "😀",
    "👩",
    "🏽",
    "🇩",
    "\u{e0101}",
    "\u{fffd}",
    "\u{0}",
    "\u{7f}",
    "\u{10ffff}",
    "\u{378}",
    "\u{1e00}",
    "Ꭰ",
    "ꭰ",
    "ა",
    "Ა",
];

/// A few odd parts in a row.
pub fn mixture(random: &mut Random) -> String {
    let length = 1 + random.below(24);
    (0..length)
        .map(|_| {
            let part = random.one_of(PARTS);
            let times = if random.below(12) == 0 {
                1 + random.below(40)
            } else {
                1
            };
            part.repeat(times)
        })
        .collect()
}

/// Long runs of one thing, whole and between words.
pub fn runs() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let blanks = [
        " ", "\t", "\n", "\r", "\r\n", "\u{a0}", "\u{3000}", "\u{85}", "\u{2028}", "\u{b}", " \n",
        "\n ", " \t",
    ];
    let others = [
        "x",
        "X",
        "ab",
        "Aa",
        "7",
        "!",
        "=",
        "-",
        "/",
        "é",
        "中",
        "\u{301}",
        "😀",
        "\u{200d}",
        "👩‍👧",
        "aaaab",
        "\u{0}",
    ];
    for part in blanks.into_iter().chain(others) {
        for length in [30, 37, 40, 400, 1000, 5000] {
            let run = part.repeat(length);
            found.push((format!("{length} of {part:?}"), run.clone()));
            found.push((
                format!("{length} of {part:?} in words"),
                format!("a{run}b {run}"),
            ));
        }
    }
    found
}
