//! Formats that are a zip with members of a fixed meaning.

use super::ZipArchive;
use super::npz::Npz;
use super::recognised;
use crate::analyse::torch::exported::ExportedProgram;
use crate::analyse::torch::zip::TorchZip;
use crate::analyse::{Examination, Stop};
use crate::evidence::Format;

/// A format that is a zip with members of a fixed meaning (npz, a torch checkpoint).
pub trait ZipLayout: Sync {
    /// The format's name, which takes the place of `zip`.
    fn format(&self) -> Format;

    /// Whether a member of this name holds raw numbers, as far as the name tells.
    fn holds_numbers(&self, _name: &str) -> bool {
        false
    }

    /// Whether the members say that it is this format. Looks at names, and at contents only where
    /// the names don't tell.
    fn claims(&self, archive: &ZipArchive<'_>) -> bool;

    /// Examines the members that the format gives a meaning, and returns for each member, in the
    /// order of [`ZipArchive::members`], whether it was dealt with. The others, and all of them
    /// after an error, are examined by content; a member that is missing in the list was not dealt
    /// with. Members of the same name may be there several times. Who deals with a member also
    /// lists it ([`Examination::list_member`]).
    fn examine(
        &self,
        archive: &ZipArchive<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<Vec<bool>, Stop>;
}

/// Every layout. One that is not here is a plain zip.
pub static LAYOUTS: &[&dyn ZipLayout] = &[
    &TorchZip,
    &ExportedProgram,
    &Npz,
    &recognised::KERAS,
    &recognised::KERAS_WEIGHTS,
    &recognised::SKOPS,
    &recognised::TORCHSERVE,
];

/// Whether a member of this name holds raw numbers in some layout.
pub(super) fn is_numbers(name: &str) -> bool {
    LAYOUTS.iter().any(|layout| layout.holds_numbers(name))
}
