//! Facts about files of weights that hold numbers and a header, whatever their format.

use serde::{Deserialize, Serialize};

/// A fact about a file of weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum WeightsFact {
    /// A header was read, and every tensor lies where it says.
    Header {
        /// How many tensors it lists.
        tensors: u64,
        /// How many keys of metadata.
        metadata: u64,
        /// Bytes of tensor data.
        data_length: u64,
    },
}
