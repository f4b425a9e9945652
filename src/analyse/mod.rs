//! Bytes → evidence. Analysers know no policy and touch nothing but [`ReadAt`].
//!
//! A format is one file or folder here and one line in [`ANALYSERS`]. Content decides what a file
//! is, its name only hints; **every** analyser that claims the bytes runs, so that a polyglot is
//! everything it could be taken for.

mod allowance;
pub mod archive;
mod card;
mod configuration;
mod encoded;
mod examination;
mod gguf;
mod json;
mod lfs_pointer;
mod media;
mod names;
mod native;
mod npy;
mod payload;
mod pickle;
mod probe;
mod recognised;
mod safetensors;
mod script;
mod templates;
mod text;
mod torch;

pub use allowance::DecompressionAllowance;
pub use card::read_card;
pub use examination::{Examination, HeavyWork, NoSiblings, Siblings, Stop, analyse_file};
pub use probe::Probe;

use crate::base::ReadAt;
use crate::evidence::Format;

/// Bytes under a name: a file of a model, or a member of an archive.
#[derive(Clone, Copy)]
pub struct Artifact<'a> {
    /// The path or member name, as its author named it. A hint at most.
    pub name: &'a str,
    /// The bytes.
    pub bytes: &'a dyn ReadAt,
}

/// Knows one format.
pub trait Analyser: Sync {
    /// The format's name, unless `analyse` finds a more specific one.
    fn format(&self) -> Format;

    /// Whether these bytes are, or could be taken for, the format. Judges by content; a name may
    /// only decide where the format has no magic.
    fn claims(&self, probe: &Probe<'_>) -> bool;

    /// How the format relates to others that claim the same bytes.
    fn role(&self) -> Role {
        Role::Loadable
    }

    /// Establishes the facts. What is found before an error stays.
    fn analyse(
        &self,
        artifact: &Artifact<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop>;
}

/// How a format relates to others that claim the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A loader acts on it: two of these in one file are a polyglot.
    Loadable,
    /// Data that is merely shown or read (text, pictures): asked only when nothing loadable
    /// claims the bytes.
    Passive,
}

/// Every format, in the order in which they are asked.
pub static ANALYSERS: &[&dyn Analyser] = &[
    &archive::zip::Zip,
    &archive::tar::Tar,
    &archive::sevenz::SevenZ,
    &archive::opaque::RAR,
    &archive::opaque::CAB,
    &archive::opaque::LZIP,
    &archive::compressed::GZIP,
    &archive::compressed::ZLIB,
    &archive::compressed::BZ2,
    &archive::compressed::XZ,
    &archive::compressed::LZMA,
    &archive::compressed::LZ4,
    &archive::compressed::ZSTD,
    &archive::compressed::ZFILE,
    &safetensors::Safetensors,
    &safetensors::SafetensorsIndex,
    &gguf::Gguf,
    &pickle::Pickle,
    &npy::Npy,
    &native::NativeCode,
    &script::Script,
    &recognised::RecognisedByMagic,
    &pickle::NamedPickle,
    &lfs_pointer::LfsPointer,
    &media::Media,
    &configuration::Configuration,
    &templates::Template,
    &templates::YamlTemplates,
    &text::Text,
    &recognised::SentencePiece,
    &recognised::RecognisedByStructure,
];
