import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.text.SimpleDateFormat;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TimeZone;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Records what java.util.regex and SimpleDateFormat answer; see README.md beside it. */
public class JavaText {
    /** The "now" of the recorded years of two digits: 2024-06-15T12:00:00Z; they begin 80 years before. */
    static final long CENTURY_START = -806155200000L;

    static final String[] FORMATS = {
        "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "yyyy-MM-dd HH:mm:ss.SSS", "yyyyMMdd", "yyyyMMddHHmmssSSS", "yy-MM-dd",
        "yyMMddHHmmssZ", "d/M/yy", "EEE, d MMM yyyy HH:mm:ss Z", "EEEE d MMMM yyyy a h", "yyyy.MM.dd G 'at' HH:mm:ss z",
        "hh 'o''clock' a, zzzz", "YYYY-'W'ww-u", "YY ww E", "Y w", "D yyyy", "yyyyDDD", "w YYYY", "yyyy MM W E", "yyyy MM F E",
        "yyyy ww E", "yyyy w", "yyyy M F", "yyyy M W", "yyyy E", "MMM", "LLLL", "MMMMM d, yyyy GGGG", "K:mm a", "kk:mm", "h:mm a",
        "k K h H", "S", "SSSSSS", "y", "yy", "yyy", "yyyyy", "yyyyyyyyyy", "Y", "YY", "YYYYYY", "X", "XX", "XXX", "Z", "ZZZZ",
        "z", "zzzz", "u", "uu", "E", "EEEEE", "a", "G", "F", "W", "D", "DDDD", "w", "d", "dd", "m s", "HH'h'", "[yyyy]", "{yyyy}",
        "世yyyy", "''", " ", "", "'quoted'", "HHmmss", "HHmm a", "ddMMyyyy", "yyyyMM", "MMyy", "yyyy-MM-dd G",
        "yyyy-MM-dd HH:mm:ss z", "yyyy-MM-dd HH:mm X", "yyyy-MM-dd HH:mm XX", "yyyy-MM-dd HH:mm Z z", "dd.MM.yyyy u E",
        "yyyy YYYY", "YYYY yyyy w", "D d yyyy", "d D yyyy M", "H a h", "a h H", "yyyy dd w E", "yyyy w E dd", "E W yyyy", "F yyyy M",
        "MMddyy", "sS", "H:m:s:S", "yyyy\tMM", "G yyyy YYYY w", "YYYY D", "u YYYY w", "w u Y HH", "LL yyyy", "L-d",
    };

    static final String[] BAD_FORMATS = {
        "b", "A", "yyyy-MM-ddTHH", "'x", "XXXX", "XXXXX", "bad pattern J", "yyyy 'a''", "e", "c", "p", "n", "QQ", "x", "o", "I",
        "'b", "b'", "XXXXb", "yyyyé", "zzzzzz",
    };

    static final long[] MOMENTS = {
        0, 1, -1, 999, 1700000000123L, 951782400000L, 951868799999L, -12219292800000L, -12219292800001L, -12219379200000L,
        -12218688000000L, -12212640000000L, -12240000000000L, -62135769600000L, -62135769600001L, -62167392000000L,
        -62198755200000L, 253402300799999L, 253402300800000L, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE / 2,
        -100000000000000L, 1230768000000L, 1262304000000L, 1704067199999L, 1735689599999L, 1419984000000L, -2208988800000L,
        43200000L, 46799999L, 86399999L, 1609372800000L, 1609459200000L, 1640908800000L, -12243398400000L, -12187843200000L,
    };

    static final String[] NUMBERS = {
        "0", "1", "7", "12", "13", "24", "25", "31", "32", "40", "53", "60", "61", "99", "100", "366", "367", "999", "1000", "1582",
        "1970", "2024", "-1", "-5", "-12", "-400", "0001", "00", "44", "43", "45", "2147483647", "-2147483648", "4294967297",
        "99999999999999999999", "1E2", "15E-1", "1.5", "-0", "∞", "-∞", "NaN", "٣", "+5", "", " 3", "\t4", "1,000", "1e5", "１２",
    };

    static final String[] TEXTS = {
        "AM", "pm", "Pm", "BC", "ad", "Before Christ", "anno domini", "Mon", "monday", "SUN", "Sunda", "Jan", "may", "sept", "September",
        "UTC", "utc", "GMT", "gmt", "GMT+1:00", "GMT+01:00", "GMT-12:30", "GMT+1", "GMT+25:00", "GMT+01:60", "Z", "z", "+0100",
        "-0130", "+01:00", "+01", "-1", "+2400", "+0060", "PST", "pdt", "CET", "CEST", "EST", "Pacific Standard Time", "JST", "IST", "MSK",
        "BST", "Europe/Berlin", "UT", "Central European Summer Time", "Coordinated Universal Time", "XYZ", "+", "-", "ⅿay", "ſun", "Mıy",
    };

    static final String[] PATTERNS = {
        "", "a", "abc", "(.*)", "old-(.*)", "([a-z]+)-(\\d+)", "^abc$", ".*", "(?<n>[a-z]+).*", "(a)(b)?(c)", "(?i)ABC.*", "a.*(?=c)c",
        "(?!old)(.*)", "(?<=a)bc", "(.*)\\.(.*)", "(.*?)-(.*)", "a|ab", "(a|ab)(c|bcd)(d*)", "(?:a|b)*", "(a|b)*", "((a)|(b))*",
        "(a*)*", "(a*)+", "(a?)*?b", "(a+)+b", "a{2}", "a{2,}", "a{2,3}", "a{2,3}?", "a{0}", "(a|bc){2}", "(a|bc){1,3}?c", "a*+a", "a++b",
        "a?+a", "(?>a*)a", "(?>a|ab)c", "[abc]+", "[^abc]+", "[a-c[x-z]]+", "[a-z&&[^b]]+", "[a-z&&b-d&&c-f]+", "[\\w&&[^\\d]]+", "[^\\d\\s]+",
        "[]a]+", "[a\\]]+", "[-a]+", "[a-]+", "[\\-a]+", "[^^]+", "[a^]+", "[&a]+", "[a&&]", "[a&&&&b]", "[&&a]+", "\\d+", "\\D+", "\\s+", "\\S+", "\\w+", "\\W+",
        "\\h+", "\\H+", "\\v", "\\V+", "\\R", "a\\Rb", "\\t\\n", "\\x41", "\\x{1F600}", "\\u0041", "\\0101", "\\cA", "\\e\\a\\f", "\\Qa.b\\E.*", "\\Q(\\E", "a\\Q+\\E+", "\\Qab", "\\E",
        "\\bfoo\\b.*", ".*\\Boo", "\\Aabc\\z", "abc\\Z", "\\Gabc", "(?m)^abc$.*", "(?s).*", "(?s:.)*", "(?d).*", "(?x) a b # c\n d", "(?x)[ a b ]+", "(?i:a)b",
        "(?i)a(?-i)b", "(?iu)É+", "(?i)é+", "(?i)[a-c]+", "(?i)[^a]+", "(?i)k+", "(?iu)k+", "(?U)\\w+", "(?U)\\d+", "(?u)(?i)ß", "(a)\\1", "(?i)(a)\\1", "(a)(b)\\2\\1", "(?<x>a|b)\\k<x>",
        "(a)?\\1b", "\\1(a)", "(a)\\11", "(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)\\10", "\\p{L}+", "\\p{Lu}+", "\\P{L}+", "\\p{IsAlphabetic}+", "\\p{Alpha}+", "\\p{Punct}+", "\\p{javaLowerCase}+", "\\pL+",
        "\\p{IsLatin}+", "\\p{InGreek}+", "\\p{IsGreek}+", "\\p{general_category=Lu}", "\\p{Foo}", "\\p{", "\\p", "[\\p{L}&&[^a-c]]+", "[^\\p{Lu}]+", "\\p{XDigit}+", "\\p{Space}", "\\p{IsWhite_Space}", "\\p{blk=Foo}",
        "\\p{InFoo}", "\\p{IsFoo}", "\\p{sc=Foo}", "\\p{gc=Foo}", "\\p{foo=bar}", "\\p{sc=Greek}+", "\\p{script=LATIN}+", "\\p{blk=Greek}+", "\\p{block=BasicLatin}+", "\\p{gc=Ll}+", "\\p{general_category=L}+",
        "\\p{IsL}+", "\\p{IsLu}+", "\\p{LC}+", "\\p{ASCII}+", "\\p{Lower}+", "\\p{Upper}+", "\\p{Digit}+", "\\p{Alnum}+", "\\p{Graph}+", "\\p{Print}+", "\\p{Blank}+", "\\p{Cntrl}+", "\\p{all}+", "\\p{L1}+", "\\p{N}+",
        "\\p{IsIdeographic}+", "\\p{IsLetter}+", "\\p{IsLowercase}+", "\\p{IsUppercase}+", "\\p{IsTitlecase}+", "\\p{IsControl}+", "\\p{IsPunctuation}+", "\\p{IsHex_Digit}+", "\\p{IsAssigned}+", "\\p{IsDigit}+", "\\p{IsAlnum}+",
        "\\p{javaUpperCase}+", "\\p{javaLetter}+", "\\p{javaDigit}+", "\\p{javaLetterOrDigit}+", "\\p{javaAlphabetic}+", "\\p{javaWhitespace}+", "\\p{javaJavaIdentifierPart}+", "\\p{P}+", "\\p{Pd}+", "\\p{S}+", "\\p{Zs}+", "\\p{M}+", "\\p{C}+", "\\p{}",
        "(?U)\\p{Alpha}+", "(?U)\\p{Lower}+", "(?U)\\bé\\b.*", "(?i)\\p{Lu}+", "(?i)\\p{Lower}+", "(?i)[A-C&&[^b]]+", "\\p{InBasic_Latin}+", "\\p{InLatin-1Supplement}+", "\\p{IsHan}+", "\\p{lu}", "\\p{isLu}", "\\PLu", "\\p{^L}", "[\\p{L}-z]+", "\\p{IsEmoji}",
        "(?<=a|bc)d", "(?<!a)b.*", "(?<=a{1,3})b", "(?<=a*)b", "(?<=(a)+)b", "(?<=\\1)b", ".*(?<=\\.)c", "(?<=^|-)abc", "x*", "(x*)(.*)", "(?:)", "()", "(|a)+", "(a|)+b", "(?:a|b|)+?c",
        "(", ")", "a)", "(a", "((a)", "[", "[a", "[a-", "[z-a]", "[a-\\d]", "[^", "[]", "[^]", "[[a]", "[a&&", "*", "+a", "?", "a**", "a+*", "a???", "a{", "a{1", "a{1,", "a{,2}", "a{2,1}", "a{x}", "{", "{1}", "}", "a}", "]",
        "a{99999999999}", "a{1,99999999999}", "\\", "a\\", "\\x", "\\x4", "\\x{110000}", "\\x{", "\\x{}", "\\u12", "\\0", "\\08", "\\08", "\\c", "\\k", "\\k<a>", "\\k<", "\\k<a", "\\y", "\\i", "\\g", "\\_", "\\é", "\\8", "\\-", "\\%",
        "(?", "(?z)", "(?i", "(?i-", "(?-", "(?<", "(?<>a)", "(?<1>a)", "(?<a", "(?<a>b", "(?<a>b)(?<a>c)", "(?<a-b>c)", "(?P<a>b)", "(?#x)", "(?'a'b)", "(?=", "(?!", "(?<=", "(?<!a", "(?>", "(?:", "(?<é>a)", "(?i)", "(?:a", "|", "a|", "|a", "a||b",
        "^*", "$+", "^*a", "\\b+", "(?=a)*a", "(?=a)+.*", "^{2}", "(^a)+", "a$b", "a\\n$", "$", "(?m)$", ".$", "a.c", "...", "世+", "😀", "[😀-😂]+", ".😀", "😀{2}", "[^😀]+",
        "([^.]+)\\.([^.]+)\\.?(.*)", "prefix\\.(?<db>\\w+)\\.(?<table>\\w+)", "(.*)-v(\\d+)$", "^(?:dev|prod)[._](.+)$", "(\\w)(\\w*)", "((.)(.))\\2", "(?:(a)|b)*", "(?:(a)|(b)|c)*", "(a(b)?)+", "(ab?)*?c", "(a{1,2}){2}", "(?:a{1,2}?){2,3}", "([ab]{2,3}){1,2}",
        "[a-z]{3}", "\\d{4}-\\d{2}", "(?=.*\\d)[a-z\\d]+-?.*", "[[:alpha:]]+", "[a-c&&[b-d]]", "[a-d&&[^b]&&[^c]]", "[^a-c&&[b-z]]", "[a[b[c]]]+", "[\\Q]\\E]", "[\\Qa-c\\E]+", "[\\x41-\\x43]+", "[\\u0041-C]+", "[\\n]", "[\\b]", "[\\R]", "[\\A]", "[\\1]", "[\\X]", "[#]", "[ ]",
    };

    static final String[] SUBJECTS = {
        "", "a", "b", "abc", "old-topic", "old-abc-123", "a.c", "2024-05", "héllo", "x.y.z", "ABC", "aab\n", "aabc", "aaa", "abab", "a\nb", "😀", "a😀", "Éé", "bcd", "prefix.shop.orders",
        "dev_orders", "aa", "ab", "foo bar", "K", "a\r\nb", "] ^-&", "\t ", "١٢", "αβ", "ſ", "aababbaab", "abcabcab", "cabbac", "bb", "ccc",
    };

    static final String[] REPLACEMENTS = {
        "x", "$1", "$0$0", "$2_$1", "\\$1", "a\\\\b", "$", "\\", "$x", "$9", "$12", "$10", "${n}", "${x}", "${1}", "${", "${}", "${-", "${-}", "${é", "a${", "${n", "${n-}", "${nope}-$1", "$1$2$3", "pre-$1-\\é", "$1\\",
        "é$0", "$1$9", "$9$", "x$", "😀\\😀", "$٣", "${é}", "${db}-${table}",
    };

    /** More cases than are kept: java -Dtimes=50 -Dseed=1 JavaText.java. */
    static final int TIMES = Integer.getInteger("times", 1);

    static final Random RANDOM = new Random(Long.getLong("seed", 6));

    public static void main(String[] args) throws Exception {
        Locale.setDefault(Locale.ENGLISH);
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
        Path out = Path.of(args[0]);
        write(out.resolve("dates.jsonl"), dates());
        write(out.resolve("regex.jsonl"), regexes());
        write(out.resolve("zones.tsv"), zones());
    }

    static void write(Path path, Iterable<String> lines) throws Exception {
        try (PrintWriter writer = new PrintWriter(Files.newBufferedWriter(path, StandardCharsets.UTF_8))) {
            for (String line : lines) {
                writer.print(line + "\n");
            }
        }
    }

    /** The names of time zones in the order in which the JDK looks for them: UTC's, then all others'. */
    static Iterable<String> zones() {
        String[][] rows = java.text.DateFormatSymbols.getInstance(Locale.ENGLISH).getZoneStrings();
        List<String[]> ordered = new ArrayList<>();
        for (String[] row : rows) {
            if (row[0].equals("UTC")) {
                ordered.add(row);
            }
        }
        ordered.addAll(List.of(rows));
        Set<String> seen = new LinkedHashSet<>();
        List<String> lines = new ArrayList<>();
        for (String[] row : ordered) {
            TimeZone zone = TimeZone.getTimeZone(row[0]);
            for (int i = 1; i <= 4; i++) {
                String name = row[i].toLowerCase(Locale.ROOT);
                if (name.isEmpty() || seen.stream().anyMatch(name::startsWith)) {
                    continue;
                }
                seen.add(name);
                int saving = i >= 3 ? zone.getDSTSavings() / 60000 : 0;
                boolean weak = i <= 2 && row[i].equalsIgnoreCase(row[i + 2]) || i >= 3 && saving == 0;
                lines.add(row[i] + "\t" + (zone.getRawOffset() / 60000 + saving) + (weak ? "*" : ""));
            }
        }
        return lines;
    }

    static Iterable<String> dates() {
        Set<String> lines = new LinkedHashSet<>();
        for (String format : BAD_FORMATS) {
            lines.add(line("new", format, answer(() -> new SimpleDateFormat(format).toPattern())));
        }
        for (String format : FORMATS) {
            for (int i = 0; i < 14 * TIMES; i++) {
                long millis = i % 14 < 7 ? MOMENTS[RANDOM.nextInt(MOMENTS.length)] : moment();
                String text = format(format, millis);
                lines.add(line("format", format, millis, text));
                if (i % 14 >= 4) {
                    lines.add(parsed(format, i % 2 == 0 ? text : bent(text)));
                }
            }
            for (int i = 0; i < 12 * TIMES; i++) {
                lines.add(parsed(format, made(format)));
            }
        }
        for (long millis : MOMENTS) {
            lines.add(line("format", "G yyyy-MM-dd Y-w-u D F W HH:mm:ss.SSS", millis, format("G yyyy-MM-dd Y-w-u D F W HH:mm:ss.SSS", millis)));
            for (int day = -12; day <= 12; day++) {
                long near = millis + day * 86400000L;
                String week = "yyyy-MM-dd Y w W F";
                lines.add(line("format", week, near, format(week, near)));
            }
        }
        for (String zone : zones()) {
            if (RANDOM.nextInt(4) == 0) {
                lines.add(parsed("yyyy-MM-dd HH:mm z", "2024-0" + (RANDOM.nextBoolean() ? 1 : 7) + "-15 12:00 " + zone.split("\t")[0]));
            }
        }
        for (String text : TEXTS) {
            lines.add(parsed("yyyy z", "2024 " + text));
            lines.add(parsed("z", text));
            lines.add(parsed("yyyy-MM-dd HH:mm XXX", "2024-01-15 12:00 " + text));
            lines.add(parsed("X", text));
            lines.add(parsed("XX", text));
            lines.add(parsed("XXX", text));
            lines.add(parsed("Z", text + " "));
        }
        for (String number : NUMBERS) {
            for (String format : new String[] {"yyyy", "yy", "y-M", "D", "d", "H", "k", "h a", "w", "W", "F", "u", "YYYY", "S", "yyyyMMdd"}) {
                lines.add(parsed(format, format.equals("y-M") ? "2024-" + number : number));
            }
        }
        return lines;
    }

    static long moment() {
        long span = RANDOM.nextInt(3) == 0 ? 200_000_000_000_000L : 4_000_000_000_000L;
        return (long) (RANDOM.nextDouble() * span) - span / 3;
    }

    static SimpleDateFormat formatOf(String pattern) {
        SimpleDateFormat format = new SimpleDateFormat(pattern, Locale.ENGLISH);
        format.setTimeZone(TimeZone.getTimeZone("UTC"));
        format.set2DigitYearStart(new Date(CENTURY_START));
        return format;
    }

    static String format(String pattern, long millis) {
        return formatOf(pattern).format(new Date(millis));
    }

    static String parsed(String pattern, String text) {
        try {
            return line("parse", pattern, text, formatOf(pattern).parse(text).getTime());
        } catch (ParseException e) {
            return line("parse", pattern, text, e.getMessage());
        }
    }

    /** A text with one thing changed. */
    static String bent(String text) {
        if (text.isEmpty()) {
            return "x";
        }
        int at = RANDOM.nextInt(text.length());
        switch (RANDOM.nextInt(5)) {
            case 0: return text.substring(0, at) + text.substring(at + 1);
            case 1: return text.substring(0, at) + "9" + text.substring(at + 1);
            case 2: return text.substring(0, at) + " " + text.substring(at);
            case 3: return text.toUpperCase(Locale.ROOT) + "rest";
            default: return text.substring(0, at) + "-" + text.substring(at);
        }
    }

    /** A text in the shape of the format, with numbers and names from the lists. */
    static String made(String format) {
        Matcher fields = Pattern.compile("'[^']*'|([A-Za-z])\\1*|[^A-Za-z']").matcher(format);
        StringBuilder text = new StringBuilder();
        while (fields.find()) {
            String part = fields.group();
            char c = part.charAt(0);
            if (c == '\'') {
                text.append(part.replace("'", ""));
            } else if ("GEazZX".indexOf(c) >= 0 || (c == 'M' || c == 'L') && part.length() > 2) {
                text.append(name(c));
            } else if (Character.isLetter(c) && c < 128) {
                text.append(RANDOM.nextInt(5) == 0 ? NUMBERS[RANDOM.nextInt(NUMBERS.length)] : "" + RANDOM.nextInt(c == 'y' || c == 'Y' ? 3000 : 50));
            } else {
                text.append(part);
            }
        }
        return text.toString();
    }

    static String name(char letter) {
        switch (letter) {
            case 'G': return TEXTS[3 + RANDOM.nextInt(4)];
            case 'E': return TEXTS[7 + RANDOM.nextInt(4)];
            case 'a': return TEXTS[RANDOM.nextInt(3)];
            case 'M': case 'L': return TEXTS[11 + RANDOM.nextInt(4)];
            default: return TEXTS[15 + RANDOM.nextInt(20)];
        }
    }

    static Iterable<String> regexes() {
        Set<String> lines = new LinkedHashSet<>();
        lines.add(line((Object[]) SUBJECTS).replaceFirst("\\[", "[\"subjects\","));
        for (String pattern : PATTERNS) {
            regex(lines, pattern);
        }
        for (int i = 0; i < 700 * TIMES; i++) {
            regex(lines, random(1 + RANDOM.nextInt(7)));
        }
        for (int i = 0; i < 120 * TIMES; i++) {
            regex(lines, nested(2));
        }
        for (String replacement : REPLACEMENTS) {
            for (String pattern : new String[] {"(.*)", "([a-z]+)-(\\d+)", "(?<n>[a-z]+).*", "(a)(b)?(c)", "(a)(b)(c)(d)?(e)?(f)?(g)?(h)?(i)?(j)?.*", "prefix\\.(?<db>\\w+)\\.(?<table>\\w+)", "a|ab|abc"}) {
                for (String text : new String[] {"abc", "abc-123", "prefix.shop.orders"}) {
                    replaced(lines, pattern, replacement, text);
                }
            }
        }
        return lines;
    }

    static final String[] PIECES = {
        "a", "b", "c", ".", "*", "+", "?", "|", "(", ")", "(?:", "[", "]", "^", "$", "{2}", "{1,2}", "{", "}", "\\d", "\\w", "\\b", "-", "a*", "(a|b)", "[ab]", "[^a]", "&&", "\\", "\\Q", "\\E", "(?=",
        "(?<!", "(?i)", "\\1", "b?", "(b*)", "(?>", "*+", "??", "(?<x>", "\\k<x>", "\\R", "\\.", " ", "(?x)", "#", ",", "1",
    };

    static String random(int length) {
        StringBuilder pattern = new StringBuilder();
        for (int i = 0; i < length; i++) {
            pattern.append(PIECES[RANDOM.nextInt(PIECES.length)]);
        }
        return pattern.toString();
    }

    static final String[] TIMES_OF = {"", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{2,}", "{0,2}?", "*+", "?+"};

    /** A pattern that is well formed: groups inside of groups, with repetitions. */
    static String nested(int depth) {
        StringBuilder pattern = new StringBuilder();
        for (int i = 1 + RANDOM.nextInt(3); i > 0; i--) {
            switch (depth == 0 ? 0 : RANDOM.nextInt(6)) {
                case 0: pattern.append("abc".charAt(RANDOM.nextInt(3))); break;
                case 1: pattern.append(RANDOM.nextBoolean() ? "." : "[ab]"); break;
                case 2: pattern.append("(?:").append(nested(depth - 1)).append("|").append(nested(depth - 1)).append(")"); break;
                case 3: pattern.append("(").append(nested(depth - 1)).append("|").append(nested(depth - 1)).append(")"); break;
                case 4: pattern.append(new String[] {"(?>", "(?=", "(?:", "("}[RANDOM.nextInt(4)]).append(nested(depth - 1)).append(")"); break;
                default: pattern.append("(").append(nested(depth - 1)).append(")");
            }
            pattern.append(TIMES_OF[RANDOM.nextInt(TIMES_OF.length)]);
        }
        return pattern.toString();
    }

    static void regex(Set<String> lines, String pattern) {
        try {
            Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            lines.add(line("new", pattern, e.getMessage()));
            return;
        }
        StringBuilder found = new StringBuilder();
        for (String text : SUBJECTS) {
            Matcher matcher = Pattern.compile(pattern).matcher(text);
            found.append(matcher.matches() ? '1' : '0');
            if (matcher.matches() && RANDOM.nextInt(3) == 0) {
                StringBuilder all = new StringBuilder();
                for (int group = 0; group <= Math.min(9, matcher.groupCount()); group++) {
                    all.append("<$").append(group).append(">");
                }
                replaced(lines, pattern, all.toString(), text);
            }
        }
        lines.add(line("matches", pattern, found.toString()));
    }

    static void replaced(Set<String> lines, String pattern, String replacement, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        if (matcher.matches()) {
            lines.add(line("replace", pattern, replacement, text, answer(() -> matcher.replaceFirst(replacement))));
        }
    }

    static String answer(Supplier<String> call) {
        try {
            return call.get();
        } catch (RuntimeException e) {
            return e.getClass().getName() + ": " + e.getMessage();
        }
    }

    static String line(Object... parts) {
        StringBuilder line = new StringBuilder("[");
        for (Object part : parts) {
            line.append(line.length() > 1 ? "," : "").append(part instanceof Long ? part.toString() : quoted((String) part));
        }
        return line.append("]").toString();
    }

    static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || Character.isSurrogate(c) && text.length() == 1) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
