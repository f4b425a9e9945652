//! A short deterministic run of what `fuzz/` does at length: files of real frameworks, broken in
//! thousands of ways. Nothing may panic, and what is broken behind a call stays found.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test ends where something is not as it should be"
)]

use std::path::{Path, PathBuf};

use weighstation::analyse::{NoSiblings, analyse_file};
use weighstation::base::Limits;

/// xorshift64*: the same run on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % (limit.max(1) as u64)).unwrap()
    }
}

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, out);
        } else {
            out.push(path);
        }
    }
}

fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        match random.below(6) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = u8::try_from(random.below(256)).unwrap(),
            2 => bytes.truncate(at.max(1)),
            3 => bytes.insert(at, [0, 0xff, 0x7f, b'.', b'(', 0x80][random.below(6)]),
            4 => {
                let end = (at + 1 + random.below(16)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, piece);
            }
            _ => {
                let end = (at + 8).min(bytes.len());
                bytes[at..end].fill([0, 0xff][random.below(2)]);
            }
        }
        if bytes.is_empty() {
            bytes.push(0);
        }
    }
}

#[test]
fn broken_files_of_real_frameworks_never_panic() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/real");
    let mut all = Vec::new();
    files(&root, &mut all);
    assert!(all.len() > 500);
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    // Small budgets: the point is the paths, not the volume.
    let limits = Limits { decompressed_floor: 1 << 20, opcodes: 200_000, ..Limits::default() };
    for path in all {
        let original = std::fs::read(&path).unwrap();
        if original.is_empty() || original.len() > 20_000 {
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        for _ in 0..12 {
            let mut bytes = original.clone();
            mutate(&mut bytes, &mut random);
            let evidence = analyse_file(&name, &bytes, &NoSiblings, &limits);
            assert_eq!(evidence.size, bytes.len() as u64);
        }
    }
}
