//! npz: a zip of numpy arrays.

use crate::analyse::archive::zip::{ZipArchive, ZipLayout};
use crate::analyse::{Examination, Stop};
use crate::evidence::Format;

/// A zip of which all members are `*.npy`, as `numpy.savez` writes it. numpy decides by each
/// member's content what it is, so that all of them are examined by content.
pub(in crate::analyse) struct Npz;

impl ZipLayout for Npz {
    fn format(&self) -> Format {
        Format::new("npz")
    }

    fn claims(&self, archive: &ZipArchive<'_>) -> bool {
        let mut files = archive.members().iter().filter(|member| !member.is_folder()).peekable();
        files.peek().is_some() && files.all(|member| member.name.to_lowercase().ends_with(".npy"))
    }

    fn examine(
        &self,
        _archive: &ZipArchive<'_>,
        _examination: &mut Examination<'_>,
    ) -> Result<Vec<bool>, Stop> {
        Ok(Vec::new())
    }
}
