//! A zip writer that can lie: local and central headers are given separately, and the end records
//! can be written one by one.

use super::compression;

/// What a header says of a member.
#[derive(Clone)]
pub(crate) struct Header {
    pub(crate) name: Vec<u8>,
    pub(crate) version: u16,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) checksum: u32,
    pub(crate) compressed: u32,
    pub(crate) size: u32,
    pub(crate) extra: Vec<u8>,
}

impl Header {
    /// The fields that a local and a central header share, in their order.
    fn shared(&self) -> Vec<u8> {
        let mut out = self.version.to_le_bytes().to_vec();
        out.extend_from_slice(&self.flags.to_le_bytes());
        out.extend_from_slice(&self.method.to_le_bytes());
        // Midnight, the first day of 1980.
        out.extend_from_slice(&[0, 0, 0x21, 0]);
        out.extend_from_slice(&self.checksum.to_le_bytes());
        out.extend_from_slice(&self.compressed.to_le_bytes());
        out.extend_from_slice(&self.size.to_le_bytes());
        out.extend_from_slice(&u16::try_from(self.name.len()).unwrap().to_le_bytes());
        out.extend_from_slice(&u16::try_from(self.extra.len()).unwrap().to_le_bytes());
        out
    }
}

/// A member with both of its headers.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) local: Header,
    /// `None`: the directory does not know it.
    pub(crate) central: Option<Header>,
    /// The bytes behind the local header, as they are stored.
    pub(crate) data: Vec<u8>,
    /// Bytes in front of the local header that belong to no member.
    pub(crate) gap: Vec<u8>,
    /// The external attributes: the Unix mode in the upper half.
    pub(crate) attributes: u32,
    /// Where the directory says the local header is, if that is a lie.
    pub(crate) offset: Option<u32>,
    /// A data descriptor behind the data.
    pub(crate) descriptor: Vec<u8>,
    /// Leave out local header and data: only the directory knows it.
    pub(crate) central_only: bool,
}

/// CRC-32.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap()
}

/// A member of any method, with honest headers.
pub(crate) fn packed(name: &str, method: u16, content: &[u8], data: Vec<u8>) -> Member {
    let header = Header {
        name: name.as_bytes().to_vec(),
        version: 20,
        flags: 0,
        method,
        checksum: crc32(content),
        compressed: length(&data),
        size: length(content),
        extra: Vec::new(),
    };
    Member {
        local: header.clone(),
        central: Some(header),
        data,
        gap: Vec::new(),
        attributes: 0,
        offset: None,
        descriptor: Vec::new(),
        central_only: false,
    }
}

/// A stored member.
pub(crate) fn stored(name: &str, content: &[u8]) -> Member {
    packed(name, 0, content, content.to_vec())
}

/// A deflated member.
pub(crate) fn deflated(name: &str, content: &[u8]) -> Member {
    packed(name, 8, content, compression::deflate(content))
}

impl Member {
    /// Changes both headers.
    pub(crate) fn with(mut self, change: impl Fn(&mut Header)) -> Self {
        change(&mut self.local);
        self.central.iter_mut().for_each(change);
        self
    }

    /// Changes the local header only.
    pub(crate) fn local(mut self, change: impl Fn(&mut Header)) -> Self {
        change(&mut self.local);
        self
    }

    /// Changes the central header only.
    pub(crate) fn central(mut self, change: impl Fn(&mut Header)) -> Self {
        self.central.iter_mut().for_each(change);
        self
    }

    /// The directory does not know it.
    pub(crate) fn ghost(mut self) -> Self {
        self.central = None;
        self
    }

    /// With bytes in front of it.
    pub(crate) fn behind(mut self, gap: &[u8]) -> Self {
        self.gap = gap.to_vec();
        self
    }

    /// With a Unix mode.
    pub(crate) fn mode(mut self, mode: u32) -> Self {
        self.attributes = mode << 16;
        self
    }

    /// As a writer that does not seek writes it: sizes and checksum behind the data.
    pub(crate) fn streamed(mut self) -> Self {
        let honest = self.local.clone();
        self.descriptor = b"PK\x07\x08".to_vec();
        for number in [honest.checksum, honest.compressed, honest.size] {
            self.descriptor.extend_from_slice(&number.to_le_bytes());
        }
        self = self.with(|header| header.flags |= 8);
        self.local(|header| (header.checksum, header.compressed, header.size) = (0, 0, 0))
    }
}

/// Where the members ended up.
pub(crate) struct Layout {
    /// Prefix, local headers and data.
    pub(crate) body: Vec<u8>,
    /// The directory's entries.
    pub(crate) directory: Vec<u8>,
    /// How many there are.
    pub(crate) count: u16,
}

/// Writes members behind a prefix. Offsets count from the end of `uncounted` bytes of the prefix.
pub(crate) fn lay_out(prefix: &[u8], uncounted: usize, members: &[Member]) -> Layout {
    let mut body = prefix.to_vec();
    let mut directory = Vec::new();
    let mut count = 0;
    for member in members {
        body.extend_from_slice(&member.gap);
        let offset = u32::try_from(body.len() - uncounted).unwrap();
        if !member.central_only {
            body.extend_from_slice(b"PK\x03\x04");
            body.extend_from_slice(&member.local.shared());
            body.extend_from_slice(&member.local.name);
            body.extend_from_slice(&member.local.extra);
            body.extend_from_slice(&member.data);
            body.extend_from_slice(&member.descriptor);
        }
        let Some(central) = &member.central else { continue };
        count += 1;
        directory.extend_from_slice(b"PK\x01\x02\x14\x03");
        directory.extend_from_slice(&central.shared());
        // No comment, disk 0, no internal attributes.
        directory.extend_from_slice(&[0; 6]);
        directory.extend_from_slice(&member.attributes.to_le_bytes());
        directory.extend_from_slice(&member.offset.unwrap_or(offset).to_le_bytes());
        directory.extend_from_slice(&central.name);
        directory.extend_from_slice(&central.extra);
    }
    Layout { body, directory, count }
}

/// An end record.
pub(crate) fn end_record(count: u16, size: u32, offset: u32, comment: &[u8]) -> Vec<u8> {
    let mut out = b"PK\x05\x06\0\0\0\0".to_vec();
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&size.to_le_bytes());
    out.extend_from_slice(&offset.to_le_bytes());
    out.extend_from_slice(&u16::try_from(comment.len()).unwrap().to_le_bytes());
    out.extend_from_slice(comment);
    out
}

/// A zip64 end record that stands at `at`, and its locator.
pub(crate) fn zip64_end(count: u64, size: u64, offset: u64, at: u64) -> Vec<u8> {
    let mut out = b"PK\x06\x06".to_vec();
    out.extend_from_slice(&44_u64.to_le_bytes());
    out.extend_from_slice(&[45, 3, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for number in [count, count, size, offset] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    out.extend_from_slice(b"PK\x06\x07\0\0\0\0");
    out.extend_from_slice(&at.to_le_bytes());
    out.extend_from_slice(&1_u32.to_le_bytes());
    out
}

/// An archive with one honest directory and end record.
pub(crate) fn zip(members: &[Member]) -> Vec<u8> {
    framed(b"", members, b"", b"")
}

/// An archive with bytes in front that its offsets don't count, a comment, and bytes behind.
pub(crate) fn framed(prefix: &[u8], members: &[Member], comment: &[u8], suffix: &[u8]) -> Vec<u8> {
    let Layout { mut body, directory, count } = lay_out(prefix, prefix.len(), members);
    let offset = u32::try_from(body.len() - prefix.len()).unwrap();
    body.extend_from_slice(&directory);
    body.extend(end_record(count, length(&directory), offset, comment));
    body.extend_from_slice(suffix);
    body
}

/// An archive with bytes in front that its offsets do count.
pub(crate) fn behind(prefix: &[u8], members: &[Member]) -> Vec<u8> {
    let Layout { mut body, directory, count } = lay_out(prefix, 0, members);
    let offset = length(&body);
    body.extend_from_slice(&directory);
    body.extend(end_record(count, length(&directory), offset, b""));
    body
}
