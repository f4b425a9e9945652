//! A file on the Hub, read by range.

mod ahead;
mod extents;
mod location;
mod prefetch;
mod stream;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use url::Url;

use self::ahead::{MOST, ReadAhead};
pub(super) use self::extents::ExtentCache;
use self::stream::Stream;
use super::client::Client;
use super::content_range::ByteRange;
use super::error::{HttpError, Reason};
use super::permits::Permit;
use crate::base::{Commit, ReadAt, Untrusted};
use crate::evidence::ListedDigest;
use crate::source::snapshot::RemoteBytes;

/// A file on the Hub, read by range. Nothing is asked for before the first read.
///
/// What the endpoint says of the file (commit, size, digest) is compared with what was listed
/// each time that the file's address is asked for; a difference is a failure for good. After a
/// failure nothing is read any more: neither the bytes nor their absence would mean anything.
pub(in crate::source) struct RemoteFile {
    client: Arc<Client>,
    /// Names the file in the client's cache.
    id: u64,
    /// The resolve address at the endpoint.
    address: Url,
    path: String,
    size: u64,
    digest: ListedDigest,
    commit: Commit,
    /// Where the bytes are, once that is known; signed, so a secret.
    location: Mutex<Option<Url>>,
    /// Held while a read fetches, so that two threads that want the same bytes fetch them once.
    ahead: Mutex<ReadAhead>,
    failure: OnceLock<String>,
}

impl fmt::Debug for RemoteFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteFile")
            .field("path", &self.path)
            .field("size", &self.size)
            .field("digest", &self.digest)
            .field("commit", &self.commit)
            .field("failure", &self.failure.get())
            .finish_non_exhaustive()
    }
}

impl RemoteFile {
    /// The file with this resolve address at the endpoint, as it was listed: `path` inside the
    /// repository (untrusted), `size` in bytes.
    pub(in crate::source) fn new(
        client: Arc<Client>,
        resolve_url: Url,
        path: String,
        size: u64,
        digest: ListedDigest,
        commit: Commit,
    ) -> Self {
        Self {
            id: client.next_file(),
            client,
            address: resolve_url,
            path,
            size,
            digest,
            commit,
            location: Mutex::new(None),
            ahead: Mutex::default(),
            failure: OnceLock::new(),
        }
    }

    /// The bytes of `range`, which are kept; with repetitions, each of which goes on where the
    /// last one broke off.
    fn fetch(&self, range: ByteRange, permit: &Permit<'_>) -> Result<Vec<u8>, HttpError> {
        let length = usize::try_from(range.length()).unwrap_or(usize::MAX);
        let mut bytes = Vec::with_capacity(length.min(MOST as usize));
        let mut attempts = self.client.attempts();
        while let Err(error) = self.fetch_once(range, length, &mut bytes, permit) {
            attempts.again(error).inspect_err(|error| self.client.gave_up(error))?;
        }
        self.client.extents().keep(self.id, range.start(), &bytes);
        Ok(bytes)
    }

    /// Appends to `bytes`, the beginning of `range`, what is missing of it.
    fn fetch_once(
        &self,
        range: ByteRange,
        length: usize,
        bytes: &mut Vec<u8>,
        permit: &Permit<'_>,
    ) -> Result<(), HttpError> {
        let Some(rest) = range.after(bytes.len() as u64) else { return Ok(()) };
        let mut incoming = self.open(rest, permit)?;
        let broken = |reason| self.client.error(&self.address, reason);
        incoming.fill(bytes, length).map_err(broken)?;
        if bytes.len() < length {
            let what = "it ended before the last byte that was asked for".to_owned();
            return Err(broken(Reason::Range(what)));
        }
        // Only a body that is read to its end leaves the connection usable. One that goes on (the
        // server ignored the range) is dropped: nothing more is wanted.
        let _ = incoming.is_at_end();
        Ok(())
    }

    /// Fetches what is needed to read at `offset`, if no other thread has done so meanwhile, and
    /// reads.
    fn fetch_and_read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = self.client.extents().read(self.id, offset, buffer) {
            return Ok(count);
        }
        let gap = self.client.extents().gap(self.id, offset);
        let Some(range) = ahead.plan(offset, buffer.len() as u64, self.size, gap) else {
            return Ok(0);
        };
        let permit = self.client.permits().acquire();
        let bytes = self.fetch(range, &permit).map_err(|error| self.failed(&error))?;
        let from = usize::try_from(offset.saturating_sub(range.start())).unwrap_or(usize::MAX);
        let rest = bytes.get(from..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        if let (Some(to), Some(rest)) = (buffer.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(rest);
        }
        Ok(count)
    }

    /// Notes the first reason why a read failed for good.
    fn failed(&self, error: &HttpError) -> io::Error {
        let _ = self.failure.set(format!("`{}`: {error}", Untrusted(&self.path)));
        io::Error::other(error.to_string())
    }

    fn not_failed(&self) -> io::Result<()> {
        match self.failure.get() {
            Some(reason) => Err(io::Error::other(reason.clone())),
            None => Ok(()),
        }
    }
}

impl Drop for RemoteFile {
    fn drop(&mut self) {
        self.client.extents().forget(self.id);
    }
}

impl ReadAt for RemoteFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.size)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.not_failed()?;
        if buffer.is_empty() || offset >= self.size {
            return Ok(0);
        }
        match self.client.extents().read(self.id, offset, buffer) {
            Some(count) => Ok(count),
            None => self.fetch_and_read(offset, buffer),
        }
    }

    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.size == 0)
    }

    fn prefetch(&self, ranges: &[(u64, u64)]) {
        self.fetch_ahead(ranges);
    }
}

impl RemoteBytes for RemoteFile {
    fn stream(&self) -> io::Result<Box<dyn io::Read + Send + '_>> {
        self.not_failed()?;
        Ok(Box::new(Stream::new(self)))
    }

    fn failure(&self) -> Option<String> {
        self.failure.get().cloned()
    }
}
