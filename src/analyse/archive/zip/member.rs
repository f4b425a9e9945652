//! One member of a zip, and how its bytes are decoded.

use std::io;
use std::sync::Arc;

use super::super::checksum::checksum;
use super::super::codec::{Bz2, Codec, Deflate, Many, RawLzma, StreamRules, Xz, Zstd};
use super::super::decompressed::Decompressed;
use super::super::name;
use super::header::{ENCRYPTED, Header, Local};
use crate::analyse::{Examination, Stop};
use crate::base::{ReadAt, Window};

/// A member of a zip, as one of its headers describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ZipMember {
    /// Its name (untrusted; bytes that are no UTF-8 are replaced, and no more than 4096 kept).
    pub(crate) name: String,
    /// Bytes when decoded, as declared.
    pub(crate) size: u64,
    /// Bytes in the archive, as declared.
    pub(crate) compressed_size: u64,
    /// The compression method: 0 stored, 8 deflated, others in APPNOTE 4.4.5.
    pub(crate) method: u16,
    /// The flags of both headers together (APPNOTE 4.4.4).
    pub(crate) flags: u16,
    /// CRC-32 of the decoded bytes, as declared.
    pub(crate) checksum: u32,
    /// Where its local header stands.
    pub(crate) header_offset: u64,
    /// Where its data begins.
    pub(crate) data_offset: u64,
    /// Whether a directory names it like this. False for a ghost, and for what a local header
    /// makes of a member when the directory says otherwise.
    pub(crate) in_directory: bool,
    /// Whether it shares bytes with another member.
    pub(super) shares_bytes: bool,
    /// Whether the declared checksum means something: a streamed member without a directory entry
    /// has none.
    pub(super) has_checksum: bool,
}

impl ZipMember {
    pub(super) fn new(header: &Header, local: &Local, in_directory: bool) -> Self {
        Self {
            name: name::text(&header.name),
            size: header.size,
            compressed_size: header.compressed,
            method: header.method,
            flags: header.flags | local.header.flags,
            checksum: header.checksum,
            header_offset: local.at,
            data_offset: local.data,
            in_directory,
            shares_bytes: !in_directory && !local.is_streamed(),
            has_checksum: in_directory || !local.is_streamed(),
        }
    }

    /// Whether it is a folder: a name that ends with a slash, and no data.
    pub(crate) fn is_folder(&self) -> bool {
        self.name.ends_with('/') && self.is_empty()
    }

    /// Whether there is no data that any reader could find.
    pub(crate) fn is_empty(&self) -> bool {
        self.size == 0 && self.compressed_size == 0
    }

    /// Whether it is encrypted nothing: the twelve bytes that traditional encryption puts in front
    /// (APPNOTE 6.1.3), with no data behind them.
    pub(super) fn is_encrypted_nothing(&self) -> bool {
        const ENCRYPTION_HEADER: u64 = 12;
        self.claims_encryption()
            && self.method == 0
            && self.size == 0
            && self.checksum == 0
            && self.compressed_size == ENCRYPTION_HEADER
    }

    /// Whether the flags say that it is encrypted. Readers that ignore them see the data.
    pub(crate) fn claims_encryption(&self) -> bool {
        self.flags & ENCRYPTED != 0
    }

    /// The descriptor that should stand behind the data.
    pub(super) fn descriptor(&self, signature: &[u8], wide: bool) -> Vec<u8> {
        let mut bytes = signature.to_vec();
        bytes.extend_from_slice(&self.checksum.to_le_bytes());
        for size in [self.compressed_size, self.size] {
            let field = size.to_le_bytes();
            bytes.extend_from_slice(field.get(..if wide { 8 } else { 4 }).unwrap_or(&[]));
        }
        bytes
    }
}

/// The decoded bytes of a member.
pub(super) enum Content<'a> {
    Stored(Window<'a>),
    Decoded(Box<Decompressed<'a>>),
}

impl<'a> Content<'a> {
    /// Opens `member` of the archive in `bytes`; `None` if its method is not known.
    pub(super) fn open(
        bytes: &'a dyn ReadAt,
        member: &ZipMember,
        examination: &Examination<'_>,
    ) -> Option<Self> {
        /// The flag bit that says that LZMA data has an end marker.
        const HAS_END_MARKER: u16 = 2;
        let codec: Arc<dyn Codec> = match member.method {
            0 => {
                // Readers disagree on which size counts for stored data: the longer one covers both.
                let length = member.compressed_size.max(member.size);
                return Some(Self::Stored(Window::new(bytes, member.data_offset, length)));
            }
            8 => Arc::new(Deflate),
            12 => Arc::new(Bz2),
            14 => {
                let size = (member.flags & HAS_END_MARKER == 0).then_some(member.size);
                Arc::new(RawLzma { size, properties: None, filter: None })
            }
            20 | 93 => Arc::new(Zstd),
            95 => Arc::new(Xz),
            _ => return None,
        };
        let limits = examination.limits();
        // Deflate and LZMA say where they end; of the others there may be several in a row.
        let most =
            if matches!(member.method, 8 | 14) { Many::One } else { Many::UpTo(limits.members) };
        let rules = StreamRules { memory: limits.decompressor_memory, most };
        let window = Window::new(bytes, member.data_offset, member.compressed_size);
        let allowance = Arc::clone(examination.decompression());
        Some(Self::Decoded(Box::new(Decompressed::new(window, codec, rules, allowance))))
    }

    /// Whether there is nothing in it: a folder that was deflated, say.
    pub(super) fn is_empty_and_sound(&self) -> bool {
        match self {
            Self::Stored(_) => false,
            Self::Decoded(stream) => {
                stream.has_ended() && {
                    let end = stream.end();
                    end.length == 0 && end.fault.is_none()
                }
            }
        }
    }

    /// Whether the data decodes to what the headers promise, whatever the flags say.
    pub(super) fn is_plain(&self, member: &ZipMember) -> Result<bool, Stop> {
        match self {
            // Encryption puts twelve bytes or more in front.
            Self::Stored(_) if member.compressed_size == member.size => Ok(true),
            Self::Stored(window) => {
                let fits = window.len()? <= STORED_CHECKED;
                Ok(fits && member.has_checksum && checksum(window)? == member.checksum)
            }
            Self::Decoded(stream) => {
                let end = stream.end();
                Ok(end.fault.is_none()
                    && (end.length == member.size
                        || member.has_checksum && end.checksum == member.checksum))
            }
        }
    }
}

impl ReadAt for Content<'_> {
    fn len(&self) -> io::Result<u64> {
        match self {
            Self::Stored(window) => window.len(),
            Self::Decoded(stream) => stream.len(),
        }
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stored(window) => window.read_at(offset, buffer),
            Self::Decoded(stream) => stream.read_at(offset, buffer),
        }
    }

    fn prefetch(&self, ranges: &[(u64, u64)]) {
        if let Self::Stored(window) = self {
            window.prefetch(ranges);
        }
    }

    fn is_distant(&self) -> bool {
        matches!(self, Self::Stored(window) if window.is_distant())
    }

    fn before_heavy_work(&self) -> io::Result<()> {
        match self {
            Self::Stored(window) => window.before_heavy_work(),
            Self::Decoded(stream) => stream.before_heavy_work(),
        }
    }

    fn seeks_cheaply(&self) -> bool {
        match self {
            Self::Stored(window) => window.seeks_cheaply(),
            Self::Decoded(stream) => stream.seeks_cheaply(),
        }
    }
}

/// Largest stored member whose checksum is computed, in bytes. 1 MiB.
pub(super) const STORED_CHECKED: u64 = 1 << 20;
