use super::*;

fn hex(text: &str) -> Bytes {
    let digits: Vec<_> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn entries(pairs: &[(&'static str, Option<&'static str>)]) -> OffsetEntries {
    pairs.iter().map(|(key, value)| (Bytes::from(*key), value.map(Bytes::from))).collect()
}

const HEAD: &str =
    "aced0005 7372 0011 6a6176612e7574696c2e486173684d6170 0507dac1c31660d1 03 0002 46000a 6c6f6164466163746f72
    490009 7468726573686f6c64 78 70 3f400000";
const CLASS: &str = "72 00025b42 acf317f8060854e0 02 0000 78 70";

/// The bytes are Java's own.
#[test]
fn writes_and_reads_what_java_does() {
    for (map, tail) in [
        (entries(&[]), "00000000 7708 00000010 00000000 78".to_owned()),
        (
            entries(&[("k", Some("v"))]),
            format!("0000000c 7708 00000010 00000001 75 {CLASS} 00000001 6b 75 71007e0002 00000001 76 78"),
        ),
        (
            entries(&[("k", Some("v")), ("kk", None)]),
            format!(
                "0000000c 7708 00000010 00000002 75 {CLASS} 00000001 6b 75 71007e0002 00000001 76
                75 71007e0002 00000002 6b6b 70 78"
            ),
        ),
    ] {
        let bytes = hex(&format!("{HEAD}{tail}"));
        assert_eq!(write(&map), bytes);
        assert_eq!(read(&bytes), Ok(map));
    }
}

/// Streams that Java's writer of offsets does not produce but Java's reader takes.
#[test]
fn reads_other_forms() {
    let one = Ok(entries(&[("k", Some("k"))]));
    for (why, tail, want) in [
        (
            "the same array twice",
            format!("0000000c 7708 00000010 00000001 75 {CLASS} 00000001 6b 71 007e0003 78"),
            one.clone(),
        ),
        (
            "long block data",
            format!("0000000c 7a 00000008 00000010 00000001 75 {CLASS} 00000001 6b 71 007e0003 78"),
            one.clone(),
        ),
        (
            "two blocks",
            format!("0000000c 7704 00000010 7704 00000001 75 {CLASS} 00000001 6b 71 007e0003 78"),
            one.clone(),
        ),
        (
            "the class described twice",
            format!("0000000c 7708 00000010 00000001 75 {CLASS} 00000001 6b 75 {CLASS} 00000001 6b 78"),
            one.clone(),
        ),
        (
            "bytes behind the map",
            format!("0000000c 7708 00000010 00000001 75 {CLASS} 00000001 6b 71 007e0003 78 ff"),
            one,
        ),
        ("a null key", "0000000c 7708 00000010 00000001 70 70 78".to_owned(), Ok(entries(&[]))),
    ] {
        assert_eq!(read(&hex(&format!("{HEAD}{tail}"))), want, "{why}");
    }
    let linked = format!(
        "aced0005 7372 0017 6a6176612e7574696c2e4c696e6b6564486173684d6170 34c04e5c106cc0fb 02 0001 5a000b 6163636573734f72646572 78
         {} 0000000c 7708 00000010 00000001 75 {CLASS} 00000001 6b 70 78 00",
        HEAD.trim_start_matches("aced0005 73")
    );
    assert_eq!(read(&hex(&linked)), Ok(entries(&[("k", None)])));
}

#[test]
fn says_what_is_wrong_and_where() {
    for (bytes, want) in [
        ("ac", "it ends at byte 1, in the middle of its first four bytes"),
        ("7b7d", "byte 0 should begin a Java serialization stream (AC ED 00 05), but is 0x7b"),
        ("aced0005", "it ends at byte 4, in the middle of an object"),
        ("aced000570", "byte 4 should begin an object, but is 0x70"),
        ("aced0005 740001 61", "Expected HashMap but found class java.lang.String"),
        ("aced0005 7372 0003 612e62 0000000000000000 02 0000 78 70", "Expected HashMap but found class a.b"),
        ("aced0005 73 71007e0000", "byte 6 should begin a class description, but is 0x00"),
        ("aced0005 75 72 00025b42 acf317f8060854e0 02 0000 78 70 00000000", "Expected HashMap but found class [B"),
        (&format!("{HEAD} 0000000c 7708 00000010 7fffffff"), "it ends at byte 81, in the middle of a key or value"),
        (&format!("{HEAD} 0000000c 7708 00000010 ffffffff"), "byte 71 should begin the size of the map, but is 0x77"),
        (
            &format!("{HEAD} 0000000c 7708 00000010 00000001 75 {CLASS} 7fffffff 00"),
            "it ends at byte 105, in the middle of a byte[]",
        ),
        (
            &format!("{HEAD} 0000000c 7708 00000010 00000001 75 {CLASS} ffffffff 00"),
            "byte 100 should begin a byte[], but is 0xff",
        ),
        (
            &format!("{HEAD} 0000000c 7708 00000010 00000001 740001 61 740001 62 78"),
            "at byte 81 there is an object of the class java.lang.String instead of a byte[]",
        ),
    ] {
        assert_eq!(read(&hex(bytes)).unwrap_err().to_string(), want, "{bytes}");
    }
}

#[test]
fn every_prefix_is_an_error() {
    let whole = Bytes::from(write(&entries(&[("k", Some("v")), ("kk", None)])));
    for len in 1..whole.len() {
        assert!(matches!(read(&whole.slice(..len)), Err(JavaFileError::Truncated { .. })), "{len} bytes");
    }
}

#[test]
fn tables_are_as_large_as_javas() {
    for (entries, want) in [(0, (0, 16)), (1, (12, 16)), (12, (12, 16)), (13, (24, 32)), (24, (24, 32)), (25, (48, 64))]
    {
        assert_eq!(table_size(entries), want, "{entries} entries");
    }
}

/// Whatever the bytes, reading ends without a panic, and what it takes is what writing gives back.
#[test]
fn survives_damage() {
    let many: OffsetEntries = (0..20).map(|n| (Bytes::from(format!("[\"c\",{n}]")), Some(Bytes::from("{}")))).collect();
    let seeds = [write(&entries(&[("k", Some("v")), ("kk", None)])), write(&many), write(&entries(&[]))];
    let mut random = 0x9E37_79B9_7F4A_7C15u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % below as u64) as usize
    };
    for round in 0..200_000 {
        let mut bytes = seeds[round % seeds.len()].clone();
        for _ in 0..=next(4) {
            let at = next(bytes.len());
            match next(5) {
                0 => bytes[at] = next(256) as u8,
                1 => bytes[at] = b"pqrstuwxz|}"[next(11)],
                2 => drop(bytes.remove(at)),
                3 => bytes.insert(at, next(256) as u8),
                _ => bytes.truncate(at + 1),
            }
            if bytes.is_empty() {
                bytes.push(0);
            }
        }
        if let Ok(entries) = read(&bytes.into()) {
            assert_eq!(read(&write(&entries).into()), Ok(entries));
        }
    }
}
