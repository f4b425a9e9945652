//! All bytes of a file, one after another.

use std::io;

use super::RemoteFile;
use crate::source::http::body::Incoming;
use crate::source::http::content_range::ByteRange;
use crate::source::http::error::{HttpError, Reason, Transport};
use crate::source::http::retry::Attempts;

/// After this many bytes a transfer is forgiven one failure.
const FORGIVEN: u64 = 64 << 20;

/// All bytes of a file from the first to the last; a connection that breaks is taken up again
/// where it broke. As many bytes as were listed, or an error.
#[derive(Debug)]
pub(super) struct Stream<'a> {
    file: &'a RemoteFile,
    at: u64,
    since_forgiven: u64,
    incoming: Option<Incoming<'a>>,
    attempts: Attempts<'a>,
    is_complete: bool,
}

impl<'a> Stream<'a> {
    pub(super) fn new(file: &'a RemoteFile) -> Self {
        Self {
            file,
            at: 0,
            since_forgiven: 0,
            incoming: None,
            attempts: file.client.attempts(),
            is_complete: false,
        }
    }

    /// Reads from the connection there is, or opens one.
    fn advance(&mut self, buffer: &mut [u8]) -> Result<usize, HttpError> {
        let Some(range) = ByteRange::new(self.at, self.file.size) else { return self.end() };
        let incoming = match &mut self.incoming {
            Some(incoming) => incoming,
            None => {
                // The permit counts the request only: whoever reads a stream may need another one
                // for reading elsewhere in the file, and there are no more streams than readers.
                let permit = self.file.client.permits().acquire();
                self.incoming.insert(self.file.open(range, &permit)?)
            }
        };
        let most = usize::try_from(range.length()).unwrap_or(usize::MAX).min(buffer.len());
        let broken = |reason| self.file.client.error(&self.file.address, reason);
        let count = incoming.read(buffer.get_mut(..most).unwrap_or_default()).map_err(broken)?;
        if count == 0 {
            let early = Transport::Connection("it was closed before the end".to_owned());
            return Err(broken(Reason::Transport(early)));
        }
        self.at = self.at.saturating_add(count as u64);
        self.since_forgiven = self.since_forgiven.saturating_add(count as u64);
        if self.since_forgiven >= FORGIVEN {
            self.since_forgiven = 0;
            self.attempts.forgive();
        }
        Ok(count)
    }

    /// Makes sure that nothing comes behind the last byte.
    fn end(&mut self) -> Result<usize, HttpError> {
        if let Some(mut incoming) = self.incoming.take()
            && matches!(incoming.is_at_end(), Ok(false))
        {
            let what = format!("more than the {} listed bytes come", self.file.size);
            return Err(self.file.client.error(&self.file.address, Reason::Changed(what)));
        }
        self.is_complete = true;
        Ok(0)
    }
}

impl io::Read for Stream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || self.is_complete {
            return Ok(0);
        }
        loop {
            self.file.not_failed()?;
            // The time that the reader spends between two reads is no time of an attempt.
            self.attempts.begin();
            let error = match self.advance(buffer) {
                Ok(count) => return Ok(count),
                Err(error) => error,
            };
            self.incoming = None;
            self.attempts.again(error).map_err(|error| {
                self.file.client.gave_up(&error);
                self.file.failed(&error)
            })?;
        }
    }
}
