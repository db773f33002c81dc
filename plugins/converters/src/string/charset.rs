//! Java's character sets, by their Java names. Unlike browsers', `latin1` and `ascii` are what they say.

use connect_api::{ConnectError, class};
use encoding_rs::{EncoderResult, Encoding};

use super::utf8;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Charset {
    #[default]
    Utf8,
    Ascii,
    Latin1,
    /// Two bytes a unit; without a fixed order it is read from a mark and written as big-endian, behind a mark.
    Utf16(Option<Order>),
    /// Four bytes a character; without a fixed order it is read from a mark and written as big-endian.
    Utf32(Option<Order>),
    Other(&'static Encoding),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Big,
    Little,
}

impl Charset {
    /// `Charset.forName`.
    /// # Errors
    /// A `SerializationException` if there is no such character set.
    pub(super) fn for_name(name: &str) -> Result<Self, ConnectError> {
        known(&name.to_ascii_lowercase()).ok_or_else(|| {
            let kind = if is_legal(name) { "UnsupportedCharsetException" } else { "IllegalCharsetNameException" };
            ConnectError::new(class::SERIALIZATION, format!("Unsupported encoding {name}"))
                .caused_by(ConnectError::new(format!("java.nio.charset.{kind}"), name))
        })
    }

    /// Appends `text`; what the character set does not have becomes `?`.
    pub(super) fn encode(self, text: &str, out: &mut Vec<u8>) {
        match self {
            Self::Utf8 => out.extend_from_slice(text.as_bytes()),
            Self::Ascii => out.extend(text.chars().map(|c| if c.is_ascii() { c as u8 } else { b'?' })),
            Self::Latin1 => out.extend(text.chars().map(|c| u8::try_from(c).unwrap_or(b'?'))),
            Self::Utf16(order) => encode_utf16(text, order, out),
            Self::Utf32(order) => {
                let bytes = |c: char| match order {
                    Some(Order::Little) => u32::from(c).to_le_bytes(),
                    _ => u32::from(c).to_be_bytes(),
                };
                out.extend(text.chars().flat_map(bytes));
            }
            Self::Other(encoding) => encode_other(encoding, text, out),
        }
    }

    /// The text that `bytes` are; what is malformed becomes U+FFFD.
    pub(super) fn decode(self, bytes: &[u8]) -> String {
        let or_replaced = |c: Option<char>| c.unwrap_or(char::REPLACEMENT_CHARACTER);
        match self {
            Self::Utf8 => utf8::decode(bytes),
            Self::Ascii => bytes.iter().map(|&b| or_replaced(b.is_ascii().then_some(char::from(b)))).collect(),
            Self::Latin1 => bytes.iter().map(|&byte| char::from(byte)).collect(),
            Self::Utf16(order) => decode_utf16(bytes, order),
            Self::Utf32(order) => decode_utf32(bytes, order),
            Self::Other(encoding) => {
                let text = encoding.decode_without_bom_handling(bytes).0.into_owned();
                if is_windows(encoding) { text.replace(is_c1, "\u{FFFD}") } else { text }
            }
        }
    }
}

fn is_legal(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.' | ':' | '_'))
}

fn known(name: &str) -> Option<Charset> {
    use Order::{Big, Little};
    Some(match name {
        "utf-8" | "utf8" | "unicode-1-1-utf-8" => Charset::Utf8,
        "us-ascii" | "ascii" | "iso646-us" | "iso_646.irv:1991" | "ansi_x3.4-1968" | "ansi_x3.4-1986" | "ascii7"
        | "646" | "cp367" | "ibm367" | "iso-ir-6" | "us" | "csascii" | "default" | "iso_646.irv:1983" => Charset::Ascii,
        "iso-8859-1" | "iso8859_1" | "latin1" | "iso-ir-100" | "iso_8859-1" | "l1" | "ibm819" | "cp819" | "819"
        | "8859_1" | "iso_8859_1" | "iso8859-1" | "iso_8859-1:1987" | "ibm-819" | "csisolatin1" => Charset::Latin1,
        "utf-16" | "utf16" | "utf_16" | "unicode" | "unicodebig" => Charset::Utf16(None),
        "utf-16be" | "utf_16be" | "x-utf-16be" | "iso-10646-ucs-2" | "unicodebigunmarked" => Charset::Utf16(Some(Big)),
        "utf-16le" | "utf_16le" | "x-utf-16le" | "unicodelittleunmarked" => Charset::Utf16(Some(Little)),
        "utf-32" | "utf32" | "utf_32" | "iso-10646-ucs-4" => Charset::Utf32(None),
        "utf-32be" | "utf_32be" | "x-utf-32be" => Charset::Utf32(Some(Big)),
        "utf-32le" | "utf_32le" | "x-utf-32le" => Charset::Utf32(Some(Little)),
        _ => Charset::Other(other(name)?),
    })
}

/// Names that only Java knows are turned into those that everybody knows.
fn other(name: &str) -> Option<&'static Encoding> {
    let windows = name.strip_prefix("cp").filter(|page| page.starts_with("125")).map(|page| format!("windows-{page}"));
    let iso = name.strip_prefix("iso8859_").map(|part| format!("iso-8859-{part}"));
    let label = windows.or(iso).unwrap_or_else(|| name.replace('_', "-"));
    let found = Encoding::for_label(label.as_bytes()).or_else(|| Encoding::for_label(name.as_bytes()))?;
    // Labels that browsers give to another character set than their name says.
    (found.output_encoding() == found && found != encoding_rs::REPLACEMENT && found != encoding_rs::X_USER_DEFINED)
        .then_some(found)
}

fn is_windows(encoding: &'static Encoding) -> bool {
    encoding.name().starts_with("windows-")
}

/// The control characters that browsers, but not Java, see in the gaps of the Windows pages.
fn is_c1(c: char) -> bool {
    ('\u{80}'..='\u{9F}').contains(&c)
}

fn encode_utf16(text: &str, order: Option<Order>, out: &mut Vec<u8>) {
    if order.is_none() && !text.is_empty() {
        out.extend_from_slice(&[0xFE, 0xFF]);
    }
    let bytes = |unit: u16| match order {
        Some(Order::Little) => unit.to_le_bytes(),
        _ => unit.to_be_bytes(),
    };
    out.extend(text.encode_utf16().flat_map(bytes));
}

fn encode_other(encoding: &'static Encoding, text: &str, out: &mut Vec<u8>) {
    let mut encoder = encoding.new_encoder();
    let mut rest = text;
    let mut buffer = [0u8; 1024];
    loop {
        let (result, read, written) = encoder.encode_from_utf8_without_replacement(rest, &mut buffer, true);
        rest = &rest[read..];
        if is_windows(encoding) {
            let last = text.len() - rest.len();
            let part = &text[last - read..last];
            out.extend(buffer[..written].iter().zip(part.chars()).map(|(&byte, c)| if is_c1(c) { b'?' } else { byte }));
        } else {
            out.extend_from_slice(&buffer[..written]);
        }
        match result {
            EncoderResult::InputEmpty => return,
            EncoderResult::OutputFull => {}
            EncoderResult::Unmappable(_) => out.push(b'?'),
        }
    }
}

fn decode_utf16(bytes: &[u8], order: Option<Order>) -> String {
    let (order, bytes) = match (order, bytes) {
        (None, [0xFE, 0xFF, rest @ ..]) => (Order::Big, rest),
        (None, [0xFF, 0xFE, rest @ ..]) => (Order::Little, rest),
        (order, _) => (order.unwrap_or(Order::Big), bytes),
    };
    let (pairs, cut) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|&pair| match order {
        Order::Big => u16::from_be_bytes(pair),
        Order::Little => u16::from_le_bytes(pair),
    });
    // A mark of the other order is malformed wherever it stands.
    let units = units.map(|unit| if unit == 0xFFFE { 0xFFFD } else { unit });
    let decoded = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
    decoded.chain((!cut.is_empty()).then_some(char::REPLACEMENT_CHARACTER)).collect()
}

fn decode_utf32(bytes: &[u8], order: Option<Order>) -> String {
    let (order, bytes) = match (order, bytes) {
        (None | Some(Order::Big), [0, 0, 0xFE, 0xFF, rest @ ..]) => (Order::Big, rest),
        (None | Some(Order::Little), [0xFF, 0xFE, 0, 0, rest @ ..]) => (Order::Little, rest),
        (order, _) => (order.unwrap_or(Order::Big), bytes),
    };
    let (quads, cut) = bytes.as_chunks::<4>();
    let codes = quads.iter().map(|&quad| match order {
        Order::Big => u32::from_be_bytes(quad),
        Order::Little => u32::from_le_bytes(quad),
    });
    let decoded = codes.map(|code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
    decoded.chain((!cut.is_empty()).then_some(char::REPLACEMENT_CHARACTER)).collect()
}
