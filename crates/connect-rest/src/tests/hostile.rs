//! Whatever comes over the socket, the server neither hangs nor falls over.

use super::*;

/// A small generator (xorshift): the seed is the bug report.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }
}

const REQUESTS: [&[u8]; 3] = [
    b"GET /connectors/a%20b/status?expand=info HTTP/1.1\r\nHost: h\r\nAccept: application/json\r\n\r\n",
    b"POST /connectors HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 38\r\n\r\n{\"name\":\"a\",\"config\":{\"tasks.max\":1.0}}",
    b"PUT /connectors/a/config HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
];

fn hostile(random: &mut Random) -> Vec<u8> {
    let mut bytes = REQUESTS[random.below(REQUESTS.len())].to_vec();
    match random.below(4) {
        0 => (0..random.below(2000)).map(|_| random.next() as u8).collect(),
        1 => {
            bytes.truncate(random.below(bytes.len()));
            bytes
        }
        _ => {
            for _ in 0..=random.below(8) {
                let at = random.below(bytes.len());
                bytes[at] = random.next() as u8;
            }
            bytes
        }
    }
}

#[tokio::test]
async fn random_bytes() {
    let server = start_with(Timeouts { idle: Duration::from_millis(20), ..Timeouts::default() }).await;
    for seed in 1..300u64 {
        // The client fails the test if the connection does not end.
        let answer = server.client.raw(&hostile(&mut Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)))).await;
        assert!(answer.status != 500, "seed {seed}: {answer:?}");
    }
    assert_eq!(server.get("/health").await.status, 200);
}

#[tokio::test]
async fn heads_that_never_end() {
    let server = start().await;
    for filler in ["X: y\r\n", "a", "\r\n"] {
        let request = format!("GET / HTTP/1.1\r\nHost: h\r\n{}", filler.repeat((1 << 20) / filler.len()));
        let answer = server.client.raw(request.as_bytes()).await;
        assert!([0, 200, 400, 431].contains(&answer.status), "{filler:?}: {}", answer.status);
    }
    assert_eq!(server.get("/").await.status, 200);
}
