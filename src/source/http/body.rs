//! The bytes of a reply, as they come in.

use std::io::Read as _;
use std::time::Instant;

use ureq::{Body, BodyReader};

use super::error::{Reason, Transport, broken};
use super::pace::Pace;
use crate::source::activity::Activity;

/// Largest piece that is read at once, and so the most that is taken on trust at a time.
const PIECE: usize = 16 << 10;

/// The bytes of a reply, as they come in: counted, and not too slowly.
pub(super) struct Incoming<'a> {
    reader: BodyReader<'static>,
    pace: Pace,
    activity: &'a Activity,
}

impl<'a> Incoming<'a> {
    pub(super) fn new(body: Body, pace: Pace, activity: &'a Activity) -> Self {
        Self { reader: body.into_reader(), pace, activity }
    }

    /// Reads as much as there is for `buffer`; zero means that the body is complete.
    ///
    /// # Errors
    /// The connection broke, was closed too early, or is too slow.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Reason> {
        let started = Instant::now();
        let count = self.reader.read(buffer).map_err(|error| Reason::Transport(broken(&error)))?;
        self.activity.received(count as u64);
        if self.pace.keeps_up(started.elapsed(), count as u64) {
            Ok(count)
        } else {
            Err(Reason::Transport(Transport::Slow))
        }
    }

    /// Appends bytes to `bytes` until there are `most` in it or the body ends.
    ///
    /// # Errors
    /// As for [`read`](Self::read); what came before stays in `bytes`.
    pub(super) fn fill(&mut self, bytes: &mut Vec<u8>, most: usize) -> Result<(), Reason> {
        let mut piece = [0_u8; PIECE];
        loop {
            let wanted = most.saturating_sub(bytes.len()).min(PIECE);
            let Some(piece) = piece.get_mut(..wanted).filter(|piece| !piece.is_empty()) else {
                return Ok(());
            };
            let count = self.read(piece)?;
            if count == 0 {
                return Ok(());
            }
            bytes.extend_from_slice(piece.get(..count).unwrap_or_default());
        }
    }

    /// Reads over `count` bytes; false if the body ends before.
    ///
    /// # Errors
    /// As for [`read`](Self::read).
    pub(super) fn skip(&mut self, count: u64) -> Result<bool, Reason> {
        let mut piece = [0_u8; PIECE];
        let mut left = count;
        while left > 0 {
            let wanted = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
            let read = self.read(piece.get_mut(..wanted).unwrap_or_default())?;
            if read == 0 {
                return Ok(false);
            }
            left = left.saturating_sub(read as u64);
        }
        Ok(true)
    }

    /// Whether the body ends here. Reading to the very end also makes the connection free for the
    /// next request.
    ///
    /// # Errors
    /// As for [`read`](Self::read).
    pub(super) fn is_at_end(&mut self) -> Result<bool, Reason> {
        Ok(self.read(&mut [0])? == 0)
    }
}

impl std::fmt::Debug for Incoming<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Incoming").field("pace", &self.pace).finish_non_exhaustive()
    }
}
