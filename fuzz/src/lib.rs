//! What all targets do with their bytes.

use weighstation::analyse::{NoSiblings, analyse_file};
use weighstation::base::Limits;
use weighstation::evidence::FileEvidence;

/// Analyses the bytes as a file of this name.
///
/// The budgets are those of the product but for what a bomb may decompress to: 8 MiB, so that a
/// unit that takes a second is slow for another reason.
pub fn analyse(name: &str, bytes: &[u8]) -> FileEvidence {
    let limits = Limits { decompressed_floor: 8 << 20, ..Limits::default() };
    analyse_file(name, &bytes, &NoSiblings, &limits)
}
