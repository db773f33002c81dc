//! How much hashing a store asks for before it can be read: found in its bytes, before any of it is done.
//!
//! Each encrypted part says for itself how often the password is hashed for it, and a store may have many parts.

/// The object ids of key derivations and of encryptions with one of their own, in DER. What follows each is its salt and
/// its rounds.
const DERIVATIONS: [&[u8]; 2] = [
    &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c], // PBKDF2
    &[0x06, 0x0a, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01], // PKCS #12: its last byte says which
];
/// Takes memory by a parameter of its own; neither Java nor keytool know it here.
const SCRYPT: &[u8] = &[0x06, 0x09, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x04, 0x0b];

/// The rounds of all parts that stand in the open.
pub(super) fn rounds(der: &[u8]) -> u64 {
    let starts = der.iter().enumerate().filter(|(_, byte)| **byte == 0x06);
    starts.filter_map(|(at, _)| rounds_at(&der[at..])).fold(0, u64::saturating_add)
}

/// Whether a part's key is derived by scrypt.
pub(super) fn has_scrypt(der: &[u8]) -> bool {
    der.windows(SCRYPT.len()).any(|window| window == SCRYPT)
}

fn rounds_at(der: &[u8]) -> Option<u64> {
    let (pbkdf2, pkcs12) = (der.strip_prefix(DERIVATIONS[0]), der.strip_prefix(DERIVATIONS[1]));
    let parameters = pbkdf2.or_else(|| pkcs12?.get(1..))?;
    let content = value(0x30, parameters)?.0;
    let (_salt, rest) = value(0x04, content)?;
    let (rounds, _) = value(0x02, rest)?;
    Some(rounds.iter().fold(0_u64, |number, byte| number.saturating_mul(0x100).saturating_add(u64::from(*byte))))
}

/// The content of the first value, if it has this tag, and what stands behind it.
fn value(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (size, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x84 => {
            let (size, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            (size.iter().fold(0, |size, byte| size << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    // A store that is cut off inside of its parameters is refused by whoever reads it.
    (*found == tag).then(|| rest.split_at_checked(size))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_up_what_each_part_asks_for() {
        let fixture = |name: &str| {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls/fixtures").join(name);
            std::fs::read(path).unwrap()
        };
        for (name, want) in [
            ("key.p12", 20_000),     // the key and the certificates, 10,000 rounds each
            ("legacy.p12", 100_000), // 50,000 each
            ("trust-open.p12", 0),
            ("trust.jks", 0),
        ] {
            assert_eq!(rounds(&fixture(name)), want, "{name}");
        }
        let twice = [fixture("key.p12"), fixture("key.p12")].concat();
        assert_eq!(rounds(&twice), 40_000);
        assert!(!has_scrypt(&twice));
        let all: Vec<u8> =
            DERIVATIONS[0].iter().copied().chain([0x30, 0x0e, 0x04, 0x00, 0x02, 0x0a]).chain([0xff; 10]).collect();
        assert_eq!(rounds(&all), u64::MAX);
        assert!((0..all.len()).all(|end| rounds(&all[..end]) == 0));
    }
}
