//! What a commit costs: twelve pieces of six people digested, and the line that attests them.
//!
//! What is not here: the disk.

use divan::Bencher;
use divan::counter::BytesCount;
use model::Timestamp;
use record::digest::Digests;
use record::entry::{Entry, Piece};
use record::ledger::Ledger;

/// Half a second of picture at 1.2 Mbit/s.
const PIECE_BYTES: usize = 75_000;

fn main() {
    divan::main();
}

fn commit() -> Entry {
    let piece = |n: u64| Piece {
        segment: format!("p{n}-camera-0001.webm"),
        offset: n * PIECE_BYTES as u64,
        length: PIECE_BYTES as u64,
        from_ms: 500 * n,
        to_ms: 500 * n + 500,
        frames: 13,
        keyframe: false,
        digests: Digests::of(&n.to_be_bytes()),
    };
    Entry::Commit { pieces: (0..12).map(piece).collect() }
}

/// One ledger line with twelve pieces: made, chained, digested.
#[divan::bench]
fn append_commit_of_12(bencher: Bencher<'_, '_>) {
    let (mut ledger, entry, mut out) = (Ledger::default(), commit(), Vec::new());
    bencher.bench_local(|| {
        out.clear();
        ledger.append(Timestamp(0), entry.clone(), &mut out);
    });
}

/// Reading the same line back as the next of its chain.
#[divan::bench]
fn read_commit_of_12(bencher: Bencher<'_, '_>) {
    let mut out = Vec::new();
    Ledger::default().append(Timestamp(0), commit(), &mut out);
    out.pop();
    bencher.bench_local(|| Ledger::default().read(&out).is_ok());
}

/// Both digests of one piece of picture.
#[divan::bench]
fn digest_piece(bencher: Bencher<'_, '_>) {
    let piece = vec![7; PIECE_BYTES];
    bencher.counter(BytesCount::new(PIECE_BYTES)).bench_local(|| Digests::of(&piece));
}
