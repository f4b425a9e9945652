//! A tar writer: POSIX, GNU and v7 headers, PAX records, links.

/// A member of a tar.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) name: Vec<u8>,
    pub(crate) kind: u8,
    pub(crate) link: Vec<u8>,
    pub(crate) data: Vec<u8>,
    /// `ustar` and version, GNU's spelling, or zeros for a v7 header.
    pub(crate) magic: [u8; 8],
}

/// POSIX.
pub(crate) const USTAR: [u8; 8] = *b"ustar\x0000";
/// GNU.
pub(crate) const GNU: [u8; 8] = *b"ustar  \0";
/// Before both.
pub(crate) const V7: [u8; 8] = [0; 8];

/// A regular file.
pub(crate) fn file(name: &str, data: &[u8]) -> Entry {
    Entry { name: name.into(), kind: b'0', link: Vec::new(), data: data.to_vec(), magic: USTAR }
}

/// A link: `1` hard, `2` symbolic. Or, with an empty target, anything else without data.
pub(crate) fn link(name: &str, kind: u8, target: &str) -> Entry {
    Entry { kind, link: target.into(), ..file(name, b"") }
}

/// A PAX header for the next entry.
pub(crate) fn pax(records: &[(&str, &str)]) -> Entry {
    let mut data = Vec::new();
    for (key, value) in records {
        // Blank, equals sign, newline, and the digits of the length itself.
        let bare = key.len() + value.len() + 3;
        let mut length = bare + bare.to_string().len();
        length = bare + length.to_string().len();
        data.extend_from_slice(format!("{length} {key}={value}\n").as_bytes());
    }
    Entry { kind: b'x', ..file("./PaxHeaders/x", &data) }
}

/// A GNU long name for the next entry.
pub(crate) fn gnu_name(name: &str) -> Entry {
    Entry { kind: b'L', magic: GNU, ..file("././@LongLink", format!("{name}\0").as_bytes()) }
}

impl Entry {
    /// With another header.
    pub(crate) fn magic(mut self, magic: [u8; 8]) -> Self {
        self.magic = magic;
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut header = vec![0; 512];
        let mut put = |at: usize, field: &[u8]| header[at..at + field.len()].copy_from_slice(field);
        put(0, &self.name);
        put(100, b"0000644\0");
        put(108, b"0000000\0");
        put(116, b"0000000\0");
        put(124, format!("{:011o}\0", self.data.len()).as_bytes());
        put(136, b"00000000000\0");
        put(148, b"        ");
        put(156, &[self.kind]);
        put(157, &self.link);
        put(257, &self.magic);
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        header.extend_from_slice(&self.data);
        header.resize(header.len().next_multiple_of(512), 0);
        header
    }
}

/// A tar, with the end mark, padded to a record of 20 blocks.
pub(crate) fn tar(entries: &[Entry]) -> Vec<u8> {
    let mut out = unended(entries);
    out.resize(out.len() + 1024, 0);
    out.resize(out.len().next_multiple_of(10_240), 0);
    out
}

/// A tar without an end mark.
pub(crate) fn unended(entries: &[Entry]) -> Vec<u8> {
    entries.iter().flat_map(Entry::bytes).collect()
}
