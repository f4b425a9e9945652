//! Tells the program which analysers it was built from.
//!
//! Facts that are kept between runs (`src/facts_cache/`) hold only for the code that established
//! them. The version of the crate does not change with every commit, so that a digest of that code
//! goes into the key of each.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};

/// Everything that decides which facts follow from which bytes, and how they are written down.
const SOURCES: &[&str] = &[
    "src/analyse",
    "src/base",
    "src/gate/examine",
    "src/evidence",
    "src/facts_cache",
    "Cargo.lock",
];

fn main() -> io::Result<()> {
    // Not `DefaultHasher::default()` for each file: one digest over all paths and contents. It
    // tells builds apart and withstands nobody; another compiler may give another one, which costs
    // a cold cache and no more.
    let mut hasher = DefaultHasher::new();
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
        let mut files = Vec::new();
        collect(Path::new(source), &mut files)?;
        files.sort();
        for file in files {
            file.to_string_lossy().replace('\\', "/").hash(&mut hasher);
            fs::read(&file)?.hash(&mut hasher);
        }
    }
    println!("cargo::rustc-env=WEIGHSTATION_ANALYSERS={:016x}", hasher.finish());
    Ok(())
}

/// The files below `path`, or itself. One that is not there (`Cargo.lock` in a package that is
/// built as a dependency) is none.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            collect(&entry?.path(), files)?;
        }
    } else if path.is_file() {
        files.push(path.to_owned());
    }
    Ok(())
}
