//! Archives and compressed files: what carries other files.
//!
//! Each finds its members by its own reading of the bytes, as permissive as the most permissive
//! real reader, records what readers could take differently, and hands every member on to be
//! examined by content. Nothing is ever written to disk.

mod anomalies;
mod checksum;
mod codec;
pub mod compressed;
mod decompressed;
mod fields;
mod name;
pub mod opaque;
mod pages;
pub mod sevenz;
mod signature;
pub mod tar;
pub mod zip;

pub use decompressed::{Decompressed, End};
