//! Rules on safetensors files and their index.

pub(crate) mod invalid_safetensors;
pub(crate) mod metadata_payload;
pub(crate) mod safetensors_index;
pub(crate) mod unlisted_shard;

use crate::evidence::SafetensorsDefect;

/// Which rule judges a defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    File,
    Index,
    UnlistedShard,
}

/// A defect by the rule that judges it, a stable name, and in words.
const fn defect_in_words(defect: SafetensorsDefect) -> (Part, &'static str, &'static str) {
    use SafetensorsDefect as Defect;
    match defect {
        Defect::HeaderLength => (
            Part::File,
            "header-length",
            "the length of its header is zero, too great or beyond the file",
        ),
        Defect::HeaderJson => (Part::File, "header-json", "its header is no JSON object"),
        Defect::DuplicateKey => (
            Part::File,
            "duplicate-key",
            "a key stands twice, and readers differ on which one counts",
        ),
        Defect::Metadata => {
            (Part::File, "metadata", "its `__metadata__` is no map from text to text")
        }
        Defect::TensorEntry => {
            (Part::File, "tensor-entry", "a tensor has missing, additional or mistyped fields")
        }
        Defect::Dtype => (Part::File, "dtype", "a tensor has an unknown dtype"),
        Defect::Shape => (Part::File, "shape", "a tensor's shape is impossible"),
        Defect::Offsets => {
            (Part::File, "offsets", "a tensor's offsets do not fit its shape or the file")
        }
        Defect::Overlap => (Part::File, "overlap", "tensors share bytes"),
        Defect::Hole => (Part::File, "hole", "there are bytes that no tensor covers"),
        Defect::TrailingBytes => {
            (Part::File, "trailing-bytes", "there are bytes behind the last tensor")
        }
        Defect::TensorName => (
            Part::File,
            "tensor-name",
            "a tensor's name leaves its folder or has control characters",
        ),
        Defect::IndexJson => {
            (Part::Index, "index-json", "it is no object with `metadata` and `weight_map`")
        }
        Defect::ShardPath => {
            (Part::Index, "shard-path", "it names a shard outside of the model's folder")
        }
        Defect::ShardFormat => {
            (Part::Index, "shard-format", "it names a shard that is no `.safetensors` file")
        }
        Defect::ShardMissing => {
            (Part::Index, "shard-missing", "it names a shard that the model lacks")
        }
        Defect::ShardTensor => {
            (Part::Index, "shard-tensor", "a tensor is not where it says, or in two shards")
        }
        Defect::ShardUnlisted => {
            (Part::UnlistedShard, "shard-unlisted", "a shard of the model is not in it")
        }
    }
}
