//! The codecs: each turns one compressed stream into bytes, and says exactly where it ended.

mod bz2;
mod deflate;
#[cfg(test)]
pub(super) mod encode;
mod gzip;
mod input;
mod lz4;
mod lzma;
mod lzma_file;
mod push;
mod stream;
mod xz;
mod zfile;
mod zstd;

pub(in crate::analyse::archive) use self::bz2::Bz2;
pub(in crate::analyse::archive) use self::deflate::{Deflate, Zlib};
pub(in crate::analyse::archive) use self::gzip::Gzip;
pub(in crate::analyse::archive) use self::lz4::{Lz4, begins as lz4_begins};
pub(in crate::analyse::archive) use self::lzma::{FilteredLzma2, RawLzma};
pub(in crate::analyse::archive) use self::lzma_file::{Lzma, Xz};
pub(in crate::analyse::archive) use self::stream::{Codec, Many, StreamRules, Streams, decodes};
pub(in crate::analyse::archive) use self::xz::MAGIC as XZ_MAGIC;
pub(in crate::analyse::archive) use self::zfile::ZFile;
pub(in crate::analyse::archive) use self::zstd::{Zstd, begins as zstd_begins, skippable};
