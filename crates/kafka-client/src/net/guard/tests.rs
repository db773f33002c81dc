use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::messages::ResponseHeader;
use kafka_protocol::protocol::Decodable;

use super::layout::{Field, Layout};
use super::*;
use crate::net::api;

/// Writes messages by their layout, with what a seed draws.
struct Writer {
    out: BytesMut,
    seed: u64,
}

impl Writer {
    fn draw(&mut self, below: u64) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        (self.seed >> 20) % below
    }

    fn answer(&mut self, layout: &Layout, header_version: i16) -> Bytes {
        self.out.put_i32(7);
        if header_version > 0 {
            self.out.put_u8(0);
        }
        self.fields(layout);
        self.out.split().freeze()
    }

    fn fields(&mut self, layout: &Layout) {
        layout.fields.iter().for_each(|field| self.field(field));
    }

    fn field(&mut self, field: &Field) {
        let length = self.draw(4) as u8;
        match field {
            // Nothing but zeroes and ones: some of these bytes are booleans, some the upper half of an enumeration.
            Field::Fixed(bytes) => (0..*bytes).for_each(|_| {
                let byte = self.draw(2) as u8;
                self.out.put_u8(byte);
            }),
            Field::String => {
                self.out.put_i16(length.into());
                self.out.put_bytes(b'x', length.into());
            }
            Field::Bytes => {
                self.out.put_i32(length.into());
                self.out.put_bytes(b'x', length.into());
            }
            Field::CompactString => {
                self.out.put_u8(length + 1);
                self.out.put_bytes(b'x', length.into());
            }
            Field::Array(item) => {
                self.out.put_i32(length.into());
                (0..length).for_each(|_| self.fields(item));
            }
            Field::CompactArray(item) => {
                self.out.put_u8(length + 1);
                (0..length).for_each(|_| self.fields(item));
            }
            Field::Nullable(fields) => match length {
                0 => self.out.put_i8(-1),
                _ => {
                    self.out.put_i8(1);
                    self.fields(fields);
                }
            },
            Field::Tagged(known) => self.tagged(known),
        }
    }

    fn tagged(&mut self, known: &[(u32, Layout)]) {
        let unknown = self.draw(2) as u8;
        self.out.put_u8(known.len() as u8 + unknown);
        for (tag, fields) in known {
            let before = self.out.split();
            self.fields(fields);
            let value = self.out.split();
            self.out.unsplit(before);
            self.out.put_u8(*tag as u8);
            put_varint(&mut self.out, value.len() as u32);
            self.out.put_slice(&value);
        }
        (0..unknown).for_each(|_| self.out.put_slice(&[99, 2, 0xff, 0xff]));
    }
}

fn put_varint(out: &mut BytesMut, mut number: u32) {
    while number >= 0x80 {
        out.put_u8(number as u8 | 0x80);
        number >>= 7;
    }
    out.put_u8(number as u8);
}

#[test]
fn every_line_is_a_layout() {
    for line in ANSWERS.lines() {
        assert!(!of_line(line).is_empty(), "{line}");
    }
    for text in ["x", "[4", "4]", "{4}", "{0:4", "(", "?4", "{x:4}"] {
        assert_eq!(Layout::parse(text), None, "{text}");
    }
}

/// Every answer that is right by its layout passes, and its decoder reads all of it: the layouts are the decoders' own.
#[test]
fn what_a_broker_may_send_passes_and_is_decoded() {
    for api in api::ALL {
        for version in api.versions.0..=api.versions.1 {
            let place = format!("{} version {version}", api.name);
            let layout = LAYOUTS.get(&(api.key, version)).unwrap_or_else(|| panic!("{place} has no layout"));
            let header_version = (api.header_version)(version);
            for seed in 1..=40 {
                let mut answer =
                    Writer { out: BytesMut::new(), seed: seed * 0x9e37_79b9 }.answer(layout, header_version);
                assert_eq!(check(&answer, api.key, version, header_version), Ok(()), "{place} {answer:?}");
                ResponseHeader::decode(&mut answer, header_version).unwrap();
                let decoded = (api.decode)(&mut answer, version);
                assert_eq!(decoded, Ok(()), "{place}");
                assert!(answer.is_empty(), "{place}: {} bytes are left", answer.len());
            }
        }
    }
}

/// Whatever is done to an answer, decoding it takes no more than what the guard allows, and panics never.
#[test]
fn what_no_broker_sends_is_refused_or_decoded() {
    let (mut refused, mut decoded) = (0, 0);
    for api in api::ALL {
        for version in api.versions.0..=api.versions.1 {
            let (layout, header_version) = (&LAYOUTS[&(api.key, version)], (api.header_version)(version));
            for seed in 1..=60 {
                let mut writer = Writer { out: BytesMut::new(), seed: seed * 0x51_7cc1 };
                let mut answer = writer.answer(layout, header_version).to_vec();
                spoil(&mut answer, &mut writer);
                match check(&answer, api.key, version, header_version) {
                    Err(_) => refused += 1,
                    Ok(()) => {
                        let mut answer = Bytes::from(answer);
                        let header = ResponseHeader::decode(&mut answer, header_version).map(drop);
                        let _ = header.map(|()| (api.decode)(&mut answer, version));
                        decoded += 1;
                    }
                }
            }
        }
    }
    assert!(refused > 1_000 && decoded > 1_000, "{refused} refused, {decoded} decoded");
}

fn spoil(answer: &mut Vec<u8>, writer: &mut Writer) {
    let at = 4 + writer.draw(answer.len() as u64 - 3) as usize;
    let (how, filler) = (writer.draw(3), [(0, 0), (4, 0x7f), (5, 0xff)]);
    let (bytes, filler) = filler[how as usize];
    match how {
        0 => answer.truncate(at),
        _ => answer.iter_mut().skip(at).take(bytes).for_each(|byte| *byte = filler),
    }
}

#[test]
fn lengths_are_held_against_the_bytes() {
    let cases: &[(&str, &[u8], Result<(), &str>)] = &[
        ("[4]", &[0, 0, 0, 1, 1, 2, 3, 4], Ok(())),
        ("[4]", &[0, 0, 0, 2, 1, 2, 3, 4], Err("an array claims more items than there are bytes")),
        ("[4]", &[0x7f, 0xff, 0xff, 0xff], Err("an array claims more items than there are bytes")),
        ("[4]", &[0xff, 0xff, 0xff, 0xff], Ok(())),
        ("[4]", &[0xff, 0xff, 0xff, 0xfe], Err("a length is impossible")),
        ("(S)", &[3, 1, 2, b'x'], Ok(())),
        ("(S)", &[0xff, 0xff, 0xff, 0xff, 0x0f], Err("an array claims more items than there are bytes")),
        ("(S)", &[0xff, 0xff, 0xff, 0xff, 0xff], Err("a length is impossible")),
        ("s", &[0, 2, b'x'], Err("it is cut off")),
        ("s", &[0xff, 0xff], Ok(())),
        ("B", &[5, 1, 2], Err("it is cut off")),
        ("?<4>", &[0xff], Ok(())),
        ("?<4>", &[1, 0], Err("it is cut off")),
        ("{0:4}", &[1, 0, 4, 1, 2, 3, 4], Ok(())),
        ("{0:4}", &[1, 0, 3, 1, 2, 3, 4], Err("a tagged field is not as long as it says")),
        ("{0:4}", &[1, 9, 2, 1, 2], Ok(())),
        ("{0:4}", &[1, 9, 3, 1, 2], Err("it is cut off")),
        ("{}", &[0xff, 0xff, 3], Err("it has more tagged fields than any message")),
    ];
    for (layout, bytes, want) in cases {
        let walked = Walk::new(bytes).fields(&Layout::parse(layout).unwrap());
        assert_eq!(walked, *want, "{layout} {bytes:?}");
    }
}
