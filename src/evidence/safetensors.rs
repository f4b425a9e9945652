//! Facts about safetensors files and their index.

use serde::{Deserialize, Serialize};

/// A fact about a safetensors file or index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SafetensorsFact {
    /// A header was read.
    Header {
        /// How many tensors it lists.
        tensors: u64,
        /// Bytes of tensor data.
        data_length: u64,
    },
    /// An index (`*.safetensors.index.json`) was read.
    Index {
        /// The shards it names, sorted (untrusted).
        shards: Vec<String>,
        /// How many tensors it maps.
        tensors: u64,
    },
    /// Something that the specification forbids, or on which readers differ.
    Defect {
        /// What.
        defect: SafetensorsDefect,
        /// The particulars (untrusted).
        detail: String,
    },
    /// A metadata value that is itself a payload or names code to instantiate.
    MetadataPayload {
        /// The metadata key (untrusted).
        key: String,
        /// What the value holds, in words.
        holds: String,
    },
}

/// What is wrong with a safetensors file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SafetensorsDefect {
    /// The declared header length is zero, above 100 000 000 or beyond the file.
    HeaderLength,
    /// The header is no UTF-8 JSON object that begins with `{`.
    HeaderJson,
    /// A key stands twice, as written or after Unicode normalisation.
    DuplicateKey,
    /// `__metadata__` is no map from string to string.
    Metadata,
    /// A tensor entry has missing, additional or mistyped fields.
    TensorEntry,
    /// An unknown dtype.
    Dtype,
    /// A shape whose product overflows, or that does not fill whole bytes.
    Shape,
    /// Offsets that are reversed, beyond the file, or do not match dtype and shape.
    Offsets,
    /// Tensors that share bytes.
    Overlap,
    /// Bytes that no tensor covers.
    Hole,
    /// Bytes behind the last tensor.
    TrailingBytes,
    /// A tensor name that is used as a path and leaves its folder, or has control characters.
    TensorName,
    /// An index that is no `{metadata, weight_map}` object.
    IndexJson,
    /// A shard path that leaves the folder or is absolute.
    ShardPath,
    /// A shard that is no `.safetensors` file.
    ShardFormat,
    /// A shard that the index names and the model lacks.
    ShardMissing,
    /// A shard in the model that the index does not name.
    ShardUnlisted,
    /// A tensor that is not where the index says, or in two shards.
    ShardTensor,
}
