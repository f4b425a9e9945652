//! A project's text in every language: the first byte says which. What is found lies in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use weighstation::discover::{Kind, ProjectFile, read};

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let kind = Kind::ALL[usize::from(*first) % Kind::ALL.len()];
    let surroundings = ProjectFile { path: "project/file", exists: &|path| path.len() % 2 == 0 };
    let lines = text.split('\n').count() as u32;
    for found in read(kind, text, &surroundings).found {
        assert!((1..=lines).contains(&found.used_on), "{found:?}");
    }
});
