//! Budgets: what an analysis may cost, whatever the bytes say.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an analysis of one file may cost. Running out is evidence
/// (`CoverageFact::BudgetExhausted`), keeps what was found before, and is never a pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How deep containers may nest: an archive in an archive, a pickle in a pickle. 8.
    pub nesting: u32,
    /// Members of one archive; and of all archives in one file, where a member counts once for
    /// every container around it. 100 000.
    pub members: u64,
    /// Bytes that decompression may yield over one whole file, counted over all its members. The
    /// allowance is `decompressed_ratio` × the file's size, at least `decompressed_floor`.
    pub decompressed_ratio: u64,
    /// Least allowance of decompressed bytes. 256 MiB.
    pub decompressed_floor: u64,
    /// Memory that one decompressor may ask for (its dictionary or window), in bytes. 64 MiB.
    pub decompressor_memory: u64,
    /// Opcodes in one pickle stream. 4 000 million.
    pub opcodes: u64,
    /// Values on the stack of a pickle. 1 million.
    pub stack: u64,
    /// Occupied memo slots of a pickle. 100 million.
    pub memo: u64,
    /// How deep the values of one pickle may nest in each other. 1 million.
    pub value_depth: u32,
    /// Values that one value of a pickle unfolds to when shared ones are counted as often as they
    /// are reached: what printing or comparing it walks through. 1 000 million.
    pub expansion: u64,
    /// Pickle streams one after another in one member. 10 000.
    pub streams: u64,
    /// Bytes of one newline-terminated pickle argument. 1 MiB.
    pub line: u64,
    /// Pieces of evidence kept for one file. 10 000.
    pub evidence: usize,
    /// Bytes of one safetensors header. 100 000 000, as in the reference reader.
    pub safetensors_header: u64,
    /// Tensors of one safetensors file. 1 million.
    pub tensors: u64,
    /// Bytes of a text that is read whole (JSON, Markdown). 16 MiB.
    pub text: u64,
    /// How deep JSON may nest. 128.
    pub json_depth: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            nesting: 8,
            members: 100_000,
            decompressed_ratio: 100,
            decompressed_floor: 256 << 20,
            decompressor_memory: 64 << 20,
            opcodes: 4_000_000_000,
            stack: 1_000_000,
            memo: 100_000_000,
            value_depth: 1_000_000,
            expansion: 1_000_000_000,
            streams: 10_000,
            line: 1 << 20,
            evidence: 10_000,
            safetensors_header: 100_000_000,
            tensors: 1_000_000,
            text: 16 << 20,
            json_depth: 128,
        }
    }
}

/// Which budget ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Budget {
    /// [`Limits::nesting`]
    Nesting,
    /// [`Limits::members`]
    Members,
    /// [`Limits::decompressed_ratio`] and [`Limits::decompressed_floor`]
    Decompressed,
    /// [`Limits::decompressor_memory`]
    DecompressorMemory,
    /// [`Limits::opcodes`]
    Opcodes,
    /// [`Limits::stack`]
    Stack,
    /// [`Limits::memo`]
    Memo,
    /// [`Limits::value_depth`]
    ValueDepth,
    /// [`Limits::expansion`]
    Expansion,
    /// [`Limits::streams`]
    Streams,
    /// [`Limits::line`]
    Line,
    /// [`Limits::evidence`]
    Evidence,
    /// [`Limits::safetensors_header`]
    SafetensorsHeader,
    /// [`Limits::tensors`]
    Tensors,
    /// [`Limits::text`]
    Text,
    /// [`Limits::json_depth`]
    JsonDepth,
}

impl Budget {
    /// What was counted, in words that fit behind "more than N".
    pub const fn counted(self) -> &'static str {
        match self {
            Self::Nesting => "levels of nested containers",
            Self::Members => "members in an archive",
            Self::Decompressed => "decompressed bytes",
            Self::DecompressorMemory => "bytes of memory for a decompressor",
            Self::Opcodes => "opcodes in a pickle",
            Self::Stack => "values on the pickle stack",
            Self::Memo => "memo slots in a pickle",
            Self::ValueDepth => "levels of nested pickle values",
            Self::Expansion => "values when shared ones are unfolded",
            Self::Streams => "pickles in one file",
            Self::Line => "bytes in a line argument",
            Self::Evidence => "pieces of evidence",
            Self::SafetensorsHeader => "bytes of safetensors header",
            Self::Tensors => "tensors",
            Self::Text => "bytes of text",
            Self::JsonDepth => "levels of nested JSON",
        }
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.counted())
    }
}
