//! A request on its way to the socket: what its header says, and its body in chunks that nobody copies again.

use std::collections::VecDeque;
use std::io::IoSlice;

use bytes::{Buf, Bytes, BytesMut};
use kafka_protocol::messages::RequestHeader;
use kafka_protocol::protocol::{Encodable, StrBytes};

use super::Request;

/// One request without its size and correlation id, which the writer adds.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(super) head: FrameHead,
    pub(crate) body: VecDeque<Bytes>,
    pub(super) answered: bool,
}

/// What the header of a request says about its body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FrameHead {
    key: i16,
    pub(crate) version: i16,
    header_version: i16,
}

impl FrameHead {
    pub(crate) fn new<R: Request>(version: i16) -> Self {
        FrameHead { key: R::KEY, version, header_version: R::header_version(version) }
    }
}

impl Frame {
    /// A request that `kafka-protocol` encodes.
    pub(crate) fn encode<R: Request>(request: &R, version: i16) -> Result<Self, String> {
        let mut body = BytesMut::new();
        request.encode(&mut body, version).map_err(unencodable)?;
        Ok(Frame { head: FrameHead::new::<R>(version), body: VecDeque::from([body.freeze()]), answered: true })
    }

    /// A request that its caller encoded; with `answered` false the broker sends nothing back.
    pub(crate) fn of_chunks(head: FrameHead, body: VecDeque<Bytes>, answered: bool) -> Self {
        Frame { head, body, answered }
    }

    /// The bytes to write: size, header, body.
    pub(super) fn into_chunks(self, correlation_id: i32, client_id: &StrBytes) -> Result<Chunks, String> {
        let header = RequestHeader::default()
            .with_request_api_key(self.head.key)
            .with_request_api_version(self.head.version)
            .with_correlation_id(correlation_id)
            .with_client_id(Some(client_id.clone()));
        let mut head = BytesMut::zeroed(4);
        header.encode(&mut head, self.head.header_version).map_err(|error| error.to_string())?;
        let size = head.len() - 4 + self.body.iter().map(Bytes::len).sum::<usize>();
        let size = i32::try_from(size).map_err(|_| format!("a request of {size} bytes does not fit into a frame"))?;
        head[..4].copy_from_slice(&size.to_be_bytes());
        let mut chunks = self.body;
        chunks.push_front(head.freeze());
        Ok(Chunks(chunks))
    }
}

/// What an older broker cannot be told is, as a rule, a setting that it does not know.
fn unencodable(error: impl std::fmt::Display) -> String {
    format!("{error}; leave out what it asks for, or use a later broker")
}

/// A row of byte slices that is written with as few system calls as the socket takes.
#[derive(Debug)]
pub(super) struct Chunks(VecDeque<Bytes>);

impl Buf for Chunks {
    fn remaining(&self) -> usize {
        self.0.iter().map(Bytes::len).sum()
    }

    fn chunk(&self) -> &[u8] {
        self.0.iter().find(|chunk| !chunk.is_empty()).map_or(&[], |chunk| chunk)
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let chunks = self.0.iter().filter(|chunk| !chunk.is_empty());
        let mut filled = 0;
        for (slice, chunk) in slices.iter_mut().zip(chunks) {
            *slice = IoSlice::new(chunk);
            filled += 1;
        }
        filled
    }

    fn advance(&mut self, mut count: usize) {
        while let Some(first) = self.0.front_mut() {
            if first.len() > count {
                first.advance(count);
                return;
            }
            count -= first.len();
            self.0.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use kafka_protocol::messages::HeartbeatRequest;

    use super::*;

    #[test]
    fn a_frame_is_size_header_and_body() {
        let frame = Frame::encode(&HeartbeatRequest::default(), 0).unwrap();
        let mut chunks = frame.into_chunks(7, &StrBytes::from_static_str("c")).unwrap();
        let written = chunks.copy_to_bytes(chunks.remaining());
        assert_eq!(&written[..15], [0, 0, 0, 19, 0, 12, 0, 0, 0, 0, 0, 7, 0, 1, b'c']);
        assert_eq!(written.len(), 4 + 19);
        assert_eq!((chunks.remaining(), chunks.chunk()), (0, &[][..]));
    }

    #[test]
    fn advance_crosses_chunks() {
        for count in 0..=5 {
            let mut chunks = Chunks(["ab", "", "cde"].map(Bytes::from_static_str).into());
            chunks.advance(count);
            assert_eq!(chunks.copy_to_bytes(chunks.remaining()), &b"abcde"[count..]);
        }
    }

    trait FromStaticStr {
        fn from_static_str(text: &'static str) -> Self;
    }

    impl FromStaticStr for Bytes {
        fn from_static_str(text: &'static str) -> Self {
            Bytes::from_static(text.as_bytes())
        }
    }
}
