//! Analysers on files that are made in memory; tensors of zeros take none of it.

#![allow(
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    reason = "files are made here from small numbers"
)]

mod checkpoint;
mod dense;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use weighstation::analyse::{NoSiblings, analyse_file};
use weighstation::base::{Limits, ReadAt};
use weighstation::evidence::{FileEvidence, Status};

fn main() {
    divan::main();
}

fn analyse(name: &str, bytes: &dyn ReadAt) -> FileEvidence {
    analyse_file(black_box(name), black_box(bytes), &NoSiblings, &Limits::default())
}

/// Some 16 MB of small objects of one kind.
#[divan::bench(args = dense::KINDS, sample_count = 20, sample_size = 1)]
fn dense_pickle(bencher: Bencher<'_, '_>, kind: dense::Kind) {
    let pickle = dense::pickle(kind, 16_000_000);
    assert_eq!(analyse("x.pkl", &pickle).status, Status::Analysed);
    bencher.counter(BytesCount::of_slice(&pickle)).bench(|| analyse("x.pkl", &pickle));
}

/// Two thousand pickles of some eighty bytes, one after another.
#[divan::bench]
fn small_pickles(bencher: Bencher<'_, '_>) {
    let pickle = dense::pickle(dense::Kind::Dicts, 80);
    bencher.counter(ItemsCount::new(2000_usize)).bench(|| {
        for _ in 0..2000 {
            black_box(analyse("x.pkl", &pickle));
        }
    });
}

/// A checkpoint of 2 GiB in 400 stored records.
#[divan::bench]
fn torch_zip(bencher: Bencher<'_, '_>) {
    let file = checkpoint::torch_zip(400, 2 << 30);
    assert_eq!(analyse("x.pt", &file).status, Status::Analysed);
    bencher.bench(|| analyse("x.pt", &file));
}

/// Headers of so many tensors.
#[divan::bench(args = [100, 10_000])]
fn safetensors(bencher: Bencher<'_, '_>, tensors: usize) {
    let (file, header) = checkpoint::safetensors(tensors);
    assert_eq!(analyse("x.safetensors", &file).status, Status::Analysed);
    bencher.counter(BytesCount::new(header)).bench(|| analyse("x.safetensors", &file));
}
