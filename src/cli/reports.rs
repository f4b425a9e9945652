//! Reports of earlier runs, read from disk.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::documents::shown;
use super::exit::Failure;
use crate::finding::EarlierReport;
use crate::report::{MAXIMUM_REPORT_BYTES, ReadReport};

/// The bytes of a report and the path that is shown for it; no more are read than a report may
/// have and one.
///
/// # Errors
/// It can't be read.
pub(super) fn bytes(path: &Path) -> Result<(String, Vec<u8>), Failure> {
    let shown = shown(path);
    let most = u64::try_from(MAXIMUM_REPORT_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok((shown, bytes)),
        Err(error) => {
            let failure = Failure::new(format!("the report `{shown}` cannot be read: {error}"));
            Err(if error.kind() == io::ErrorKind::NotFound {
                failure.help("`weighstation check --output json=PATH` writes one")
            } else {
                failure
            })
        }
    }
}

/// Reads a JSON report.
///
/// # Errors
/// It can't be read, and what is wrong in it.
pub(super) fn read(path: &Path) -> Result<ReadReport, Failure> {
    let (shown, bytes) = bytes(path)?;
    ReadReport::parse(&shown, &bytes).map_err(|problem| Failure::of_report(&shown, problem))
}

/// Reads the report of a whole run, to compare another one with it.
///
/// # Errors
/// It can't be read, what is wrong in it, and that it is about a share only.
pub(super) fn whole(path: &Path) -> Result<EarlierReport, Failure> {
    let report = read(path)?;
    match report.shard() {
        Some(shard) => {
            let path = report.path();
            let failure = Failure::new(format!("`{path}` is shard {shard} and no whole report"));
            Err(failure.help("`weighstation merge` joins the reports of all shards"))
        }
        None => Ok(report.into_earlier()),
    }
}

/// Reads the baseline of a run.
///
/// # Errors
/// As [`whole`].
pub(super) fn baseline(path: &Path) -> Result<EarlierReport, Failure> {
    whole(path)
}
