//! Sequential reading of a pickle, as the real readers see it.

use std::io;

use crate::base::{Budget, Limits, ReadAt};
use crate::evidence::Divergence;

use super::super::Stop;

/// Bytes read at once.
const CHUNK: usize = 128 << 10;

/// Which real reader's view of frames is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// `pickle.loads`: frames do nothing.
    Memory,
    /// `pickle.load` of a `BytesIO` or an unbuffered file, on CPython before 3.13.15 and 3.14.7
    /// (#154848): what is left of a frame is dropped by a read that it cannot satisfy.
    File,
}

/// Why reading cannot go on.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The bytes end inside an argument.
    Truncated,
    /// Anything else.
    Stop(Stop),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Stop(error.into())
    }
}

/// A disagreement between readers that was met while reading.
pub(super) struct FrameEvent {
    pub(super) form: Divergence,
    pub(super) offset: u64,
    pub(super) detail: String,
}

/// Reads forward through bytes of any length with one buffer.
pub(super) struct Reader<'a> {
    bytes: &'a dyn ReadAt,
    buffer: Vec<u8>,
    /// Offset of the buffer's first byte.
    base: u64,
    /// Next byte in the buffer.
    position: usize,
    filled: usize,
    at_end: bool,
    line_limit: u64,
    view: View,
    /// End of the current frame; `u64::MAX` outside of frames.
    frame_end: u64,
    frame_start: u64,
    pub(super) frame_events: Vec<FrameEvent>,
    scratch: Vec<u8>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a dyn ReadAt, offset: u64, view: View, limits: &Limits) -> Self {
        Self {
            bytes,
            buffer: Vec::new(),
            base: offset,
            position: 0,
            filled: 0,
            at_end: false,
            line_limit: limits.line,
            view,
            frame_end: u64::MAX,
            frame_start: 0,
            frame_events: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// Offset of the next byte.
    #[inline]
    pub(super) fn offset(&self) -> u64 {
        self.base.saturating_add(self.position as u64)
    }

    /// End of the frame that we are in, if we are.
    pub(super) fn frame_end(&self) -> Option<u64> {
        (self.frame_end != u64::MAX && self.offset() < self.frame_end).then_some(self.frame_end)
    }

    /// Leaves the current frame.
    pub(super) fn leave_frame(&mut self) {
        self.frame_end = u64::MAX;
    }

    /// Moves on to an offset at or behind the current one.
    pub(super) fn go_to(&mut self, offset: u64) {
        let ahead = offset.saturating_sub(self.base);
        match usize::try_from(ahead) {
            Ok(ahead) if offset >= self.base && ahead <= self.filled => self.position = ahead,
            _ => {
                self.base = offset;
                self.position = 0;
                self.filled = 0;
                self.at_end = false;
            }
        }
    }

    /// Moves what is unread to the front and reads more. False at the end of the bytes.
    #[cold]
    fn refill(&mut self) -> Result<bool, Trouble> {
        if self.at_end {
            return Ok(false);
        }
        let unread = self.filled.saturating_sub(self.position);
        self.buffer.copy_within(self.position..self.filled, 0);
        self.base = self.offset();
        self.position = 0;
        self.filled = unread;
        // The first reads are small: most pickles are, and a probe reads no further.
        let wanted = self.buffer.len().saturating_mul(2).clamp(8 << 10, CHUNK);
        let size = wanted.max(unread.saturating_mul(2));
        if self.buffer.len() < size {
            self.buffer.resize(size, 0);
        }
        let at = self.base.saturating_add(unread as u64);
        let Some(free) = self.buffer.get_mut(unread..) else { return Ok(false) };
        let count = loop {
            match self.bytes.read_at(at, free) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.at_end = count == 0;
        self.filled = unread.saturating_add(count);
        Ok(count > 0)
    }

    /// The next byte, `None` at the end: an opcode.
    #[inline]
    pub(super) fn opcode(&mut self) -> Result<Option<u8>, Trouble> {
        loop {
            if self.position < self.filled
                && let Some(byte) = self.buffer.get(self.position)
            {
                self.position = self.position.saturating_add(1);
                return Ok(Some(*byte));
            }
            if !self.refill()? {
                return Ok(None);
            }
        }
    }

    /// The next byte, which stays the next.
    pub(super) fn peek(&mut self) -> Option<u8> {
        if self.position >= self.filled && !self.refill().unwrap_or(false) {
            return None;
        }
        self.buffer.get(self.position).copied()
    }

    /// Whether there is another byte.
    pub(super) fn has_more(&mut self) -> Result<bool, Trouble> {
        while self.position >= self.filled {
            if !self.refill()? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What a read of `count` bytes does to the frame. `contiguous` reads go on from the buffer
    /// into the file, whatever the view.
    #[inline]
    fn cross_frame(&mut self, count: u64, contiguous: bool) {
        let start = self.offset();
        if start.saturating_add(count) > self.frame_end {
            self.leave_by_crossing(start, contiguous);
        }
    }

    #[cold]
    fn leave_by_crossing(&mut self, start: u64, contiguous: bool) {
        let end = self.frame_end;
        self.frame_end = u64::MAX;
        if start == end {
            // Every reader goes on behind the frame, but no writer ends a frame between an opcode
            // and its argument.
            let form = Divergence::FrameCrossed;
            let detail =
                format!("an opcode ends at byte {start} with its frame, its argument follows");
            self.frame_events.push(FrameEvent { form, offset: start, detail });
        }
        if start < end {
            let (form, detail) = (
                Divergence::FrameCrossed,
                format!("an argument at byte {start} crosses the frame's end at byte {end}"),
            );
            self.frame_events.push(FrameEvent { form, offset: start, detail });
            if self.view == View::File && !contiguous {
                self.go_to(end);
            }
        }
    }

    /// The next `N` bytes: a number.
    #[inline]
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Trouble> {
        self.cross_frame(N as u64, false);
        while self.filled.saturating_sub(self.position) < N {
            if !self.refill()? {
                return Err(Trouble::Truncated);
            }
        }
        let end = self.position.saturating_add(N);
        let array = self.buffer.get(self.position..end).and_then(|slice| slice.try_into().ok());
        self.position = end;
        array.ok_or(Trouble::Truncated)
    }

    /// The next `count` bytes, of which at most `keep` are returned; the rest is passed over
    /// without being kept.
    #[inline]
    pub(super) fn counted(
        &mut self,
        count: u64,
        keep: usize,
        contiguous: bool,
    ) -> Result<&[u8], Trouble> {
        self.cross_frame(count, contiguous);
        let wanted = usize::try_from(count).unwrap_or(usize::MAX).min(keep);
        while self.filled.saturating_sub(self.position) < wanted {
            if !self.refill()? {
                return Err(Trouble::Truncated);
            }
        }
        let start = self.position;
        let end = start.saturating_add(wanted);
        if count == wanted as u64 {
            self.position = end;
            return self.buffer.get(start..end).ok_or(Trouble::Truncated);
        }
        self.scratch.clear();
        self.scratch.extend_from_slice(self.buffer.get(start..end).unwrap_or(&[]));
        self.skip(count)?;
        Ok(&self.scratch)
    }

    /// Passes over bytes, checking that they are there.
    pub(super) fn skip(&mut self, count: u64) -> Result<(), Trouble> {
        let end = self.offset().checked_add(count).ok_or(Trouble::Truncated)?;
        let in_buffer = self.base.saturating_add(self.filled as u64);
        if end <= in_buffer {
            self.go_to(end);
            return Ok(());
        }
        // One byte before the end is enough to know that all are there; where seeking is not
        // cheap, the stream is read through by this all the same.
        self.go_to(end.saturating_sub(1));
        match self.opcode()? {
            Some(_) => Ok(()),
            None => Err(Trouble::Truncated),
        }
    }

    /// The next bytes up to a newline, without it.
    pub(super) fn line(&mut self) -> Result<&[u8], Trouble> {
        let mut searched = 0_usize;
        loop {
            let unread = self.buffer.get(self.position..self.filled).unwrap_or(&[]);
            let fresh = unread.get(searched..).unwrap_or(&[]);
            if let Some(found) = fresh.iter().position(|byte| *byte == b'\n') {
                let length = searched.saturating_add(found);
                let start = self.offset();
                let end = start.saturating_add(length as u64).saturating_add(1);
                if end > self.frame_end {
                    let crossed = start < self.frame_end;
                    self.leave_by_crossing(start, false);
                    if crossed && self.view == View::File {
                        // The rest of the frame was dropped: a whole fresh line is read.
                        return self.line();
                    }
                }
                let start = self.position;
                let end = start.saturating_add(length);
                self.position = end.saturating_add(1);
                return self.buffer.get(start..end).ok_or(Trouble::Truncated);
            }
            searched = unread.len();
            if searched as u64 > self.line_limit {
                return Err(Trouble::Stop(Stop::Exhausted {
                    budget: Budget::Line,
                    limit: self.line_limit,
                    offset: Some(self.offset()),
                }));
            }
            if !self.refill()? {
                return Err(Trouble::Truncated);
            }
        }
    }

    /// What is left after a line without an end was met, all but the last byte.
    pub(super) fn cut_line(&mut self) -> &[u8] {
        let start = self.position;
        self.position = self.filled;
        match self.buffer.get(start..self.filled) {
            Some([line @ .., _]) => line,
            _ => &[],
        }
    }

    /// Enters a frame of `length` bytes that begins at the current offset.
    pub(super) fn enter_frame(&mut self, length: u64) {
        let start = self.offset();
        let end = start.saturating_add(length);
        if let Some(outer) = self.frame_end() {
            let form = Divergence::FrameNested;
            let detail = format!("a frame begins inside the one that ends at byte {outer}");
            self.frame_events.push(FrameEvent { form, offset: start, detail });
            if end <= outer {
                // It is in C's buffer already, which ends where it ended.
                return;
            }
            if self.view == View::File {
                self.go_to(outer);
            }
        }
        // How long a compressed stream is shows only at its end; see `frame_leftover`.
        if self.bytes.seeks_cheaply() && self.bytes.len().is_ok_and(|all| end > all) {
            self.too_long(start, end);
            return;
        }
        self.frame_start = self.offset();
        self.frame_end = self.frame_start.saturating_add(length);
    }

    fn too_long(&mut self, offset: u64, end: u64) {
        let form = Divergence::FrameTooLong;
        let detail = format!("a frame claims to end at byte {end}, behind the last byte");
        self.frame_events.push(FrameEvent { form, offset, detail });
        self.frame_end = u64::MAX;
    }

    /// Notes bytes between a `STOP` that was just read and the end of its frame; returns the
    /// frame's end if there are any.
    pub(super) fn frame_leftover(&mut self) -> Result<Option<u64>, Trouble> {
        let Some(end) = self.frame_end() else {
            self.frame_end = u64::MAX;
            return Ok(None);
        };
        let offset = self.offset();
        if !self.has_more()? {
            self.too_long(self.frame_start, end);
            return Ok(None);
        }
        self.frame_end = u64::MAX;
        let left = end.saturating_sub(offset);
        let detail = format!("{left} bytes of the frame follow the STOP");
        self.frame_events.push(FrameEvent { form: Divergence::FrameLeftover, offset, detail });
        Ok(Some(end))
    }
}
