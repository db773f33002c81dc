use super::calendar::{CivilDate, civil_from_days, days_from_civil};
use super::*;

#[test]
fn doubles_print_as_in_jdk_17() {
    for (value, want) in [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1.0, "1.0"),
        (0.001, "0.001"),
        (0.0009999, "9.999E-4"),
        (9_999_999.0, "9999999.0"),
        (1.0e7, "1.0E7"),
        (1.0e23, "9.999999999999999E22"),
        (2.2250738585072014e-308, "2.2250738585072014E-308"),
        (4.9e-324, "4.9E-324"),
        (f64::MAX, "1.7976931348623157E308"),
        (9007199254740993.0, "9.007199254740992E15"),
        (2.0e-322, "2.0E-322"),
        (2.0e-3, "0.002"),
        (f64::NAN, "NaN"),
        (f64::NEG_INFINITY, "-Infinity"),
    ] {
        assert_eq!(double_to_string(value), want);
    }
}

#[test]
fn floats_print_as_in_jdk_17() {
    for (value, want) in [
        (1.1f32, "1.1"),
        (1.0e20, "1.0E20"),
        (1.0e-5, "1.0E-5"),
        (1.4e-45, "1.4E-45"),
        (f32::MAX, "3.4028235E38"),
        (16_777_216.0, "1.6777216E7"),
        (-f32::NAN, "NaN"),
        (f32::INFINITY, "Infinity"),
    ] {
        assert_eq!(float_to_string(value), want);
    }
}

#[test]
fn dates_follow_the_julian_calendar_before_the_reform() {
    for (millis, want) in [
        (0, "Thu Jan 01 00:00:00 UTC 1970"),
        (-1, "Wed Dec 31 23:59:59 UTC 1969"),
        (i64::MIN, "Sun Dec 02 16:47:04 UTC 292269055"), // of the era before Christ, which is not printed
        (i64::MAX, "Sun Aug 17 07:12:55 UTC 292278994"),
        (-12_219_292_800_000, "Fri Oct 15 00:00:00 UTC 1582"),
        (-12_219_292_800_001, "Thu Oct 04 23:59:59 UTC 1582"),
        (-62_167_219_200_001, "Fri Jan 02 23:59:59 UTC 1"),
    ] {
        assert_eq!(date_to_string(millis), want, "{millis}");
    }
}

#[test]
fn calendar_goes_there_and_back() {
    for days in (-900_000..900_000).chain(-106_751_991_168..-106_751_990_000).chain(106_751_990_000..106_751_991_168) {
        let CivilDate { year, month, day } = civil_from_days(days);
        assert_eq!(days_from_civil(year, i64::from(month), i64::from(day)), days);
    }
    assert_eq!(days_from_civil(1970, 13, 32), days_from_civil(1971, 2, 1), "months and days carry over");
}

#[test]
fn hash_maps_iterate_by_bucket() {
    for (keys, want) in [
        (vec!["name", "connector.class", "tasks.max", "topic", "file"], "connector.class,file,tasks.max,name,topic"),
        (vec!["topic", "partition", "cluster"], "cluster,partition,topic"),
    ] {
        let ordered: Vec<_> = hash_map_order(&keys).into_iter().map(|at| keys[at]).collect();
        assert_eq!(ordered.join(","), want);
    }
}

#[test]
fn strings_hash_over_utf16() {
    for (text, want) in [("", 0), ("a", 97), ("connector", -579_210_163), ("é", 233), ("😀", 1_772_899)] {
        assert_eq!(hash_code(text), want, "{text}");
    }
}
