//! Somebody who appends lines to a file while the worker reads it.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Numbers that one seed repeats (xorshift).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Below `bound`, which is not 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }
}

/// Appends lines, no two the same, until told to finish. What is written at once often ends within a line.
pub struct Feeder {
    finish: Arc<AtomicBool>,
    written: Arc<AtomicUsize>,
    thread: JoinHandle<Vec<String>>,
}

impl Feeder {
    /// About `rate` lines a second to `file`, which is created if there is none.
    pub fn start(file: &Path, seed: u64, rate: u64) -> Self {
        Self::padding_with("é", file, seed, rate)
    }

    /// As above, in ASCII: the only text in which Apache's source keeps its place.
    pub fn ascii(file: &Path, seed: u64, rate: u64) -> Self {
        Self::padding_with("e", file, seed, rate)
    }

    fn padding_with(letter: &'static str, file: &Path, seed: u64, rate: u64) -> Self {
        let (finish, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let mut out = OpenOptions::new().create(true).append(true).open(file).unwrap();
        let (finishing, counter) = (Arc::clone(&finish), Arc::clone(&written));
        let thread = std::thread::spawn(move || {
            let (mut random, mut lines) = (Random::new(seed), Vec::new());
            while !finishing.load(Ordering::Relaxed) {
                let count = 1 + random.below(rate / 50);
                let burst: Vec<_> = (0..count).map(|_| line(letter, &mut random, &mut lines)).collect();
                let burst = burst.concat();
                let cut = usize::try_from(random.below(burst.len() as u64)).unwrap();
                let pieces = [&burst.as_bytes()[..cut], &burst.as_bytes()[cut..]];
                pieces.iter().for_each(|piece| {
                    out.write_all(piece).unwrap();
                    std::thread::sleep(Duration::from_millis(5));
                });
                counter.store(lines.len(), Ordering::Relaxed);
            }
            lines
        });
        Self { finish, written, thread }
    }

    /// How many lines there are.
    pub fn written(&self) -> usize {
        self.written.load(Ordering::Relaxed)
    }

    /// Waits until `count` more lines are written.
    pub fn until_more(&self, count: usize) {
        let goal = self.written() + count;
        super::eventually("more lines are written", || self.written() >= goal);
    }

    /// Stops writing; all lines, the last one complete.
    pub fn finish(self) -> Vec<String> {
        self.finish.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

/// The next line with its terminator; the same without it goes to `lines`.
fn line(letter: &str, random: &mut Random, lines: &mut Vec<String>) -> String {
    let padding = usize::try_from(random.below(80)).unwrap();
    let text = format!("{:06} {}", lines.len(), letter.repeat(padding));
    let terminated = format!("{text}\n");
    lines.push(text);
    terminated
}
