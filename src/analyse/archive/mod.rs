//! Archives and compressed files: what carries other files.
//!
//! Each finds its members by its own reading of the bytes, as permissive as the most permissive
//! real reader, records what readers could take differently, and hands every member on to be
//! examined by content. Nothing is ever written to disk.

mod anomalies;
mod checksum;
mod codec;
pub(super) mod compressed;
mod decompressed;
mod fields;
mod name;
pub(super) mod opaque;
mod pages;
pub(super) mod sevenz;
mod signature;
pub(super) mod tar;
pub(super) mod zip;
