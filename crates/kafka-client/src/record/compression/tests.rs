use super::*;

/// Text with enough repetition, near and far, that a longer search finds more.
fn text(lines: u32) -> Vec<u8> {
    let line = |i: u32| {
        format!("id={i} user={} state={}\n", i.wrapping_mul(2_654_435_761) % 5_000, ["new", "paid"][(i % 2) as usize])
    };
    (0..lines).flat_map(|i| line(i).into_bytes()).collect()
}

/// A row without repetition.
fn noise(len: u32) -> Vec<u8> {
    (0..len).map(|i| (i.wrapping_mul(2_654_435_761).rotate_left(i % 31) >> 9) as u8).collect()
}

fn size(compression: Compression, plain: &[u8]) -> usize {
    let compressed = compress(compression, plain, 0).unwrap();
    let back = decompress(compression.codec().unwrap(), &compressed).unwrap();
    assert!(back == plain, "{compression:?} of {} bytes", plain.len());
    compressed.len()
}

#[test]
fn every_level_is_read_back() {
    let gzip = [-1].into_iter().chain(1..=9).map(|level| Compression::Gzip { level });
    let lz4 = (1..=17).map(|level| Compression::Lz4 { level });
    let zstd = [-131_072, -5].into_iter().chain(0..=22).map(|level| Compression::Zstd { level });
    let plain = [Vec::new(), vec![7], text(6_000), noise(70_000)];
    for compression in gzip.chain(lz4).chain(zstd) {
        plain.iter().for_each(|plain| assert!(size(compression, plain) <= plain.len() + 64, "{compression:?}"));
    }
}

#[test]
fn a_dense_level_is_smaller_than_a_fast_one() {
    let plain = text(6_000);
    for (fast, dense) in [
        (Compression::Gzip { level: 1 }, Compression::Gzip { level: 9 }),
        (Compression::Lz4 { level: 9 }, Compression::Lz4 { level: 1 }),
        (Compression::Lz4 { level: 9 }, Compression::Lz4 { level: 17 }),
        (Compression::Lz4 { level: 1 }, Compression::Lz4 { level: 17 }),
        (Compression::Zstd { level: 1 }, Compression::Zstd { level: 19 }),
    ] {
        let sizes = (size(fast, &plain), size(dense, &plain));
        assert!(sizes.1 < sizes.0, "{fast:?} to {dense:?}: {sizes:?}");
    }
}

#[test]
fn lz4_is_framed_as_java_frames_it() {
    let header = [0x04, 0x22, 0x4D, 0x18, 0x60, 0x40, 0x82];
    for (plain, blocks) in [
        (&b""[..], &[][..]),
        (b"abc", &[3, 0, 0, 0x80, b'a', b'b', b'c']), // stored: it would not get smaller
        (&[b'a'; 40], &[11, 0, 0, 0, 0x1F, b'a', 1, 0, 15, 0x50, b'a', b'a', b'a', b'a', b'a']),
    ] {
        let want = [&header, blocks, &[0; 4]].concat();
        assert_eq!(compress(Compression::Lz4 { level: 9 }, plain, 0).unwrap(), want, "{} bytes", plain.len());
    }
}

#[test]
fn a_cut_off_lz4_frame_is_an_error() {
    let whole = compress(Compression::Lz4 { level: 9 }, &text(6_000), 0).unwrap();
    for cut in (0..whole.len()).step_by(997).chain(whole.len() - 9..whole.len()) {
        let error = decompress(Codec::Lz4, &whole[..cut]).unwrap_err();
        assert_eq!(error.to_string(), "the lz4 frame is cut off", "at {cut}");
    }
}

#[test]
fn an_lz4_bomb_is_refused() {
    let block = compress(Compression::Lz4 { level: 9 }, &[0; 64 << 10], 0).unwrap();
    let (header, blocks, end) = (&block[..7], &block[7..block.len() - 4], &block[block.len() - 4..]);
    let bomb = [header, &blocks.repeat((DECOMPRESSED_BYTES_MAX >> 16) + 1), end].concat();
    let error = decompress(Codec::Lz4, &bomb).unwrap_err();
    assert!(error.to_string().contains("unfolds to more than"), "{error}");
}
