//! Rules on the layout of torch checkpoints.

pub(crate) mod exported_program;
pub(crate) mod torch_layout;
pub(crate) mod torch_oddity;
pub(crate) mod torch_package;
pub(crate) mod torch_tar;
pub(crate) mod torchscript;
pub(crate) mod torchscript_operator;

use crate::evidence::TorchDefect;

/// A defect by a stable name and in words, and whether it is a mere oddity: something that torch
/// does not write and that no loader is known to be harmed by.
const fn defect_in_words(defect: TorchDefect) -> (&'static str, &'static str, bool) {
    match defect {
        TorchDefect::SeveralRoots => {
            ("several-roots", "it has several roots, and loaders differ on which one counts", false)
        }
        TorchDefect::StorageSize => (
            "storage-size",
            "a tensor's storage is missing or has another size than claimed",
            false,
        ),
        TorchDefect::TensorBounds => {
            ("tensor-bounds", "a tensor reaches outside of its storage", false)
        }
        TorchDefect::LegacyTail => {
            ("legacy-tail", "its data does not end where the file ends", false)
        }
        TorchDefect::LegacyStream => {
            ("legacy-stream", "one of its five pickles does not hold what it must", false)
        }
        TorchDefect::ByteOrder => {
            ("byte-order", "its `byteorder` record is neither `little` nor `big`", true)
        }
        TorchDefect::Version => ("version", "its `version` is none that torch writes", true),
        TorchDefect::UnreferencedRecord => {
            ("unreferenced-record", "it holds a storage that no tensor refers to", true)
        }
    }
}
