//! Bytes → evidence. Analysers know no policy and touch nothing but [`ReadAt`](crate::base::ReadAt).
//!
//! A format is one file or folder here, in the family that it belongs to, and one line in
//! `formats.rs`. Content decides what a file is, its name only hints; **every** analyser that
//! claims the bytes runs, so that a polyglot is everything it could be taken for.

mod allowance;
mod archive;
mod code;
mod configuration;
mod encoded;
mod examination;
mod file;
mod formats;
mod graphs;
mod json;
mod names;
mod payload;
mod pickle;
mod probe;
mod recognised;
mod siblings;
mod stop;
mod templates;
mod tensors;
mod text;
mod torch;

pub use allowance::DecompressionAllowance;
pub use examination::{Analyser, Artifact, Examination, Role};
pub use file::analyse_file;
pub use probe::Probe;
pub use siblings::{HeavyWork, NoSiblings, Siblings};
pub use stop::Stop;
pub use text::card::read_card;
