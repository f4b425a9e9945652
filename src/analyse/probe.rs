//! The first look at some bytes.

use std::io;

use crate::base::ReadAt;

/// The first look at some bytes: enough to tell the format.
#[derive(Clone, Copy)]
pub struct Probe<'a> {
    /// The path or member name, untrusted, a hint at most.
    pub name: &'a str,
    /// The first bytes, at most [`Probe::HEAD`].
    pub head: &'a [u8],
    /// The last bytes, at most [`Probe::TAIL`]; empty as long as reading them would mean to
    /// decompress everything in front of them.
    pub tail: &'a [u8],
    /// All of the bytes.
    pub bytes: &'a dyn ReadAt,
}

impl Probe<'_> {
    /// Bytes of head: enough for every magic and for a tar's first headers.
    pub const HEAD: usize = 64 << 10;
    /// Bytes of tail: a zip's end record with the longest comment.
    pub const TAIL: usize = 65_557;

    /// The file name's last extension, lower-cased, without the dot.
    pub fn extension(&self) -> Option<String> {
        let base = self.name.rsplit(['/', '\\', '!']).next()?;
        let (stem, extension) = base.rsplit_once('.')?;
        (!stem.is_empty() || !extension.is_empty()).then(|| extension.to_lowercase())
    }

    /// Whether `magic` stands at `offset` of the head.
    pub fn has(&self, offset: usize, magic: &[u8]) -> bool {
        self.head.get(offset..).is_some_and(|rest| rest.starts_with(magic))
    }
}

/// The first and last bytes of something, and what kept them from being read.
pub(super) struct Ends {
    pub(super) head: Vec<u8>,
    /// `None` as long as it was not read.
    tail: Option<Vec<u8>>,
    /// Whether the head holds all there is, so that it is the tail as well.
    complete: bool,
    /// Why reading stopped; what was read before it is there.
    pub(super) failure: Option<io::Error>,
}

/// How much of some bytes a probe looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reach {
    /// Bytes of head.
    pub(super) head: usize,
    /// Bytes of tail.
    pub(super) tail: usize,
}

impl Reach {
    /// What a file or member of unknown kind gets.
    pub(super) const WHOLE: Self = Self { head: Probe::HEAD, tail: Probe::TAIL };
    /// What bytes get that their container declares to be raw numbers: one small read at each
    /// end. Enough for every magic at the beginning, a tar's at 257 included, and for an end record
    /// without a comment. The same whether the bytes are near or distant, and so little that a
    /// shard with a hundred tensors costs a quarter of a megabyte of traffic.
    pub(super) const GLANCE: Self = Self { head: 512, tail: 64 };

    /// Announces both ends of `bytes`, which are behind a network, as one.
    pub(super) fn announce(self, bytes: &dyn ReadAt) {
        let Ok(length) = bytes.len() else { return };
        let head = (self.head as u64).min(length);
        let tail = (self.tail as u64).min(length.saturating_sub(head));
        bytes.prefetch(&[(0, head), (length.saturating_sub(tail), tail)]);
    }
}

impl Ends {
    /// Reads the head of `bytes`. An error keeps what came before it.
    pub(super) fn read(bytes: &dyn ReadAt, reach: Reach) -> Self {
        // Where the length costs nothing, no more is reserved than there is.
        let known = if bytes.seeks_cheaply() { bytes.len().ok() } else { None };
        let most = known
            .and_then(|length| usize::try_from(length).ok())
            .map_or(reach.head, |length| length.min(reach.head));
        let (head, failure) = read_before_failure(bytes, 0, most);
        let complete = known.is_some_and(|length| length <= head.len() as u64);
        Self { head, tail: None, complete, failure }
    }

    /// Reads the tail of `bytes`, if that was not done.
    pub(super) fn read_tail(&mut self, bytes: &dyn ReadAt, reach: Reach) {
        if self.tail.is_some() || self.complete {
            return;
        }
        self.tail = Some(Vec::new());
        let length = match bytes.len() {
            Ok(length) => length,
            Err(error) => {
                self.failure.get_or_insert(error);
                return;
            }
        };
        if length <= self.head.len() as u64 {
            self.complete = true;
            return;
        }
        let start = length.saturating_sub(reach.tail as u64);
        let (tail, failure) = read_before_failure(bytes, start, reach.tail);
        self.tail = Some(tail);
        if let Some(failure) = failure {
            self.failure.get_or_insert(failure);
        }
    }

    /// The last bytes; none as long as they were not read.
    pub(super) fn tail(&self) -> &[u8] {
        if self.complete {
            let start = self.head.len().saturating_sub(Probe::TAIL);
            self.head.get(start..).unwrap_or(&[])
        } else {
            self.tail.as_deref().unwrap_or(&[])
        }
    }

    /// Whether the tail is known.
    pub(super) fn has_tail(&self) -> bool {
        self.complete || self.tail.is_some()
    }
}

/// At most `most` bytes from `start` on, and the error that ended them.
fn read_before_failure(
    bytes: &dyn ReadAt,
    start: u64,
    most: usize,
) -> (Vec<u8>, Option<io::Error>) {
    let mut read = vec![0; most];
    let mut filled = 0_usize;
    let mut failure = None;
    while let Some(rest) = read.get_mut(filled..).filter(|rest| !<[u8]>::is_empty(rest)) {
        match bytes.read_at(start.saturating_add(filled as u64), rest) {
            Ok(0) => break,
            Ok(count) => filled = filled.saturating_add(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                failure = Some(error);
                break;
            }
        }
    }
    read.truncate(filled);
    (read, failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_a_small_file_is_its_tail() {
        let bytes = b"0123456789".to_vec();
        let ends = Ends::read(&bytes, Reach::WHOLE);
        assert!(ends.has_tail());
        assert_eq!(ends.tail(), b"0123456789");
    }

    #[test]
    fn the_tail_of_a_large_file_is_read_when_asked_for() {
        let bytes: Vec<u8> = (0..=255).cycle().take(200_000).collect();
        let mut ends = Ends::read(&bytes, Reach::GLANCE);
        assert_eq!(ends.head, &bytes[..512]);
        assert!(!ends.has_tail());
        ends.read_tail(&bytes, Reach::GLANCE);
        assert_eq!(ends.tail(), &bytes[200_000 - 64..]);
        let mut ends = Ends::read(&bytes, Reach::WHOLE);
        ends.read_tail(&bytes, Reach::WHOLE);
        assert_eq!(ends.tail().len(), Probe::TAIL);
    }

    /// Yields three bytes and then fails.
    struct Broken;

    impl ReadAt for Broken {
        fn len(&self) -> io::Result<u64> {
            Ok(100)
        }

        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
            match (offset, buffer.first_mut()) {
                (0..3, Some(first)) => {
                    *first = 7;
                    Ok(1)
                }
                _ => Err(io::Error::other("broken")),
            }
        }
    }

    #[test]
    fn what_comes_before_a_failure_is_kept() {
        let ends = Ends::read(&Broken, Reach::WHOLE);
        assert_eq!(ends.head, [7, 7, 7]);
        assert!(ends.failure.is_some());
    }
}
