//! Random access to bytes: nobody ever "loads the file".

use std::fs::File;
use std::io;
use std::path::Path;

/// Bytes that can be read at any offset, from several threads, without loading them.
///
/// A local file, a block-cached HTTP range, a stored archive member (a [`Window`] on its parent)
/// and a decompressed stream all look like this.
pub trait ReadAt: Send + Sync {
    /// How many bytes there are. Costly only for compressed streams, which must be read to their
    /// end once to know; don't ask before it matters.
    fn len(&self) -> io::Result<u64>;

    /// Reads at most `buffer.len()` bytes at `offset` and returns how many were read. Zero means
    /// that `offset` is at or behind the end. May read less than asked before the end.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// Whether there are no bytes at all.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.read_at(0, &mut [0])? == 0)
    }

    /// Says which ranges, as offset and length, are about to be read in small pieces, so that
    /// bytes behind a network can be fetched at once instead of one after another. A hint: what
    /// it does or fails to do shows only in how long the reads take.
    fn prefetch(&self, _ranges: &[(u64, u64)]) {}

    /// Whether every read of bytes that were not announced by [`prefetch`](Self::prefetch) costs a
    /// round trip over a network, so that small reads are worth planning.
    fn is_distant(&self) -> bool {
        false
    }

    /// Says that these bytes turn out to need megabytes of memory to be analysed. Not too many may
    /// at the same time: an error means that the analysis is put off, and is to end here.
    fn before_heavy_work(&self) -> io::Result<()> {
        Ok(())
    }

    /// Whether reading at a lower offset than before is cheap. False for decompressed streams,
    /// which start again from their beginning.
    fn seeks_cheaply(&self) -> bool {
        true
    }
}

/// Fills `buffer` from `offset` as far as there are bytes; returns how many there were.
pub fn read_up_to(bytes: &dyn ReadAt, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0_usize;
    while let Some(rest) = buffer.get_mut(filled..) {
        if rest.is_empty() {
            break;
        }
        let at = offset.saturating_add(filled as u64);
        match bytes.read_at(at, rest) {
            Ok(0) => break,
            Ok(count) => filled = filled.saturating_add(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Fills all of `buffer` from `offset`, or fails with [`io::ErrorKind::UnexpectedEof`].
pub fn read_exact_at(bytes: &dyn ReadAt, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
    let wanted = buffer.len();
    if read_up_to(bytes, offset, buffer)? == wanted {
        Ok(())
    } else {
        Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            format!("{wanted} bytes wanted at offset {offset}"),
        ))
    }
}

/// A local file, read by position: one open file for every look at it, so that what was judged
/// and what was hashed are the same bytes.
#[derive(Debug)]
pub struct FileBytes {
    file: File,
    length: u64,
}

impl FileBytes {
    /// Opens the file at `path`.
    pub fn open(path: &Path) -> io::Result<Self> {
        Self::new(File::open(path)?)
    }

    /// Reads from an open file; its length is taken now.
    pub fn new(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self { file, length })
    }
}

impl ReadAt for FileBytes {
    fn len(&self) -> io::Result<u64> {
        Ok(self.length)
    }

    #[cfg(unix)]
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(&self.file, buffer, offset)
    }

    #[cfg(windows)]
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(&self.file, buffer, offset)
    }
}

fn copy_from(slice: &[u8], offset: u64, buffer: &mut [u8]) -> usize {
    let rest = usize::try_from(offset).ok().and_then(|start| slice.get(start..)).unwrap_or(&[]);
    let count = rest.len().min(buffer.len());
    if let (Some(to), Some(from)) = (buffer.get_mut(..count), rest.get(..count)) {
        to.copy_from_slice(from);
    }
    count
}

impl ReadAt for [u8] {
    fn len(&self) -> io::Result<u64> {
        Ok(Self::len(self) as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(copy_from(self, offset, buffer))
    }
}

impl ReadAt for Vec<u8> {
    fn len(&self) -> io::Result<u64> {
        Ok(Self::len(self) as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(copy_from(self, offset, buffer))
    }
}

impl ReadAt for &[u8] {
    fn len(&self) -> io::Result<u64> {
        Ok(<[u8]>::len(self) as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(copy_from(self, offset, buffer))
    }
}

/// A range of other bytes, with offsets of its own: a stored archive member.
#[derive(Clone, Copy)]
pub struct Window<'a> {
    parent: &'a dyn ReadAt,
    start: u64,
    length: u64,
}

impl std::fmt::Debug for Window<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Window")
            .field("start", &self.start)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

impl<'a> Window<'a> {
    /// The `length` bytes of `parent` that begin at `start`; reading stops at the parent's end if
    /// that comes first.
    pub fn new(parent: &'a dyn ReadAt, start: u64, length: u64) -> Self {
        Self { parent, start, length }
    }
}

impl ReadAt for Window<'_> {
    fn len(&self) -> io::Result<u64> {
        Ok(self.parent.len()?.saturating_sub(self.start).min(self.length))
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.length.saturating_sub(offset);
        let count = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        match buffer.get_mut(..count) {
            Some(part) if count > 0 => self.parent.read_at(self.start.saturating_add(offset), part),
            _ => Ok(0),
        }
    }

    fn prefetch(&self, ranges: &[(u64, u64)]) {
        let inside = ranges.iter().filter_map(|(offset, length)| {
            let length = (*length).min(self.length.saturating_sub(*offset));
            (length > 0).then(|| (self.start.saturating_add(*offset), length))
        });
        self.parent.prefetch(&inside.collect::<Vec<_>>());
    }

    fn is_distant(&self) -> bool {
        self.parent.is_distant()
    }

    fn before_heavy_work(&self) -> io::Result<()> {
        self.parent.before_heavy_work()
    }

    fn seeks_cheaply(&self) -> bool {
        self.parent.seeks_cheaply()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_has_offsets_of_its_own_and_ends_where_it_says() {
        let bytes = b"0123456789".to_vec();
        let window = Window::new(&bytes, 3, 4);
        let mut buffer = [0; 10];
        assert_eq!(read_up_to(&window, 1, &mut buffer).unwrap(), 3);
        assert_eq!(&buffer[..3], b"456");
        assert_eq!(window.len().unwrap(), 4);
        assert_eq!(read_up_to(&window, 4, &mut buffer).unwrap(), 0);
        assert_eq!(read_up_to(&window, u64::MAX, &mut buffer).unwrap(), 0);
    }

    #[test]
    fn a_window_beyond_its_parent_is_short() {
        let bytes = b"0123".to_vec();
        let window = Window::new(&bytes, 2, u64::MAX);
        assert_eq!(window.len().unwrap(), 2);
        assert!(read_exact_at(&window, 0, &mut [0; 3]).is_err());
    }

    #[test]
    fn a_file_is_read_by_position() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"abcdef").unwrap();
        let bytes = FileBytes::open(file.path()).unwrap();
        let mut buffer = [0; 2];
        read_exact_at(&bytes, 4, &mut buffer).unwrap();
        assert_eq!(&buffer, b"ef");
        assert_eq!(bytes.len().unwrap(), 6);
    }
}
