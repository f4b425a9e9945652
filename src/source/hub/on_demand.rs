//! A file of a repository that costs next to nothing until it is read.
//!
//! A repository may have tens of thousands of files of which the project loads a few: each file
//! keeps what was listed for it, and what requests need (an address, connections, what was fetched)
//! comes with the first read.

use std::io;
use std::sync::{Arc, OnceLock};

use super::super::http::{Client, RemoteFile};
use super::super::{Provenance, RemoteBytes};
use super::address::Addresses;
use crate::base::{Commit, ReadAt, RepoId};
use crate::evidence::ListedDigest;

/// Where the files of a snapshot are.
#[derive(Debug)]
pub(super) struct Location {
    pub(super) client: Arc<Client>,
    pub(super) addresses: Addresses,
    pub(super) id: RepoId,
    pub(super) commit: Commit,
}

/// A file of a snapshot, as it was listed.
#[derive(Debug)]
pub(super) struct FileOnDemand {
    location: Arc<Location>,
    /// Inside the repository; checked to be one (untrusted otherwise).
    path: Box<str>,
    size: u64,
    digest: ListedDigest,
    file: OnceLock<Box<RemoteFile>>,
}

impl FileOnDemand {
    pub(super) fn new(
        location: &Arc<Location>,
        path: &str,
        size: u64,
        digest: ListedDigest,
    ) -> Self {
        let location = Arc::clone(location);
        Self { location, path: path.into(), size, digest, file: OnceLock::new() }
    }

    fn file(&self) -> io::Result<&RemoteFile> {
        if let Some(file) = self.file.get() {
            return Ok(file);
        }
        let Location { client, addresses, id, commit } = &*self.location;
        let url = addresses.file(id, commit, &self.path).map_err(io::Error::other)?;
        Ok(self.file.get_or_init(|| {
            let (client, path) = (Arc::clone(client), String::from(&*self.path));
            Box::new(RemoteFile::new(client, url, path, self.size, self.digest, commit.clone()))
        }))
    }
}

impl ReadAt for FileOnDemand {
    fn len(&self) -> io::Result<u64> {
        Ok(self.size)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.file()?.read_at(offset, buffer)
    }

    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.size == 0)
    }

    fn prefetch(&self, ranges: &[(u64, u64)]) {
        if let Ok(file) = self.file() {
            file.prefetch(ranges);
        }
    }
}

impl RemoteBytes for FileOnDemand {
    fn stream(&self) -> io::Result<Box<dyn io::Read + Send + '_>> {
        self.file()?.stream()
    }

    fn failure(&self) -> Option<String> {
        self.file.get()?.failure()
    }

    fn provenance(&self) -> Option<Provenance> {
        let Location { client, id, commit, .. } = &*self.location;
        Some(Provenance {
            endpoint: client.endpoint().to_string(),
            repository: id.to_string(),
            commit: commit.to_string(),
        })
    }
}
