//! Where the bytes of a file are, and whether they are still those of the listed file.

use std::fmt;

use url::Url;

use super::RemoteFile;
use crate::base::{Digest, GitBlobId};
use crate::evidence::ListedDigest;
use crate::source::http::body::Incoming;
use crate::source::http::content_range::{ByteRange, ContentRange};
use crate::source::http::error::{HttpError, Reason, Refusal};
use crate::source::http::exchange::{Exchange, Foreign};
use crate::source::http::permits::Permit;

/// Most bytes that are read over when a server ignores the range and begins at the first byte.
const SKIPPED: u64 = 1 << 20;

impl RemoteFile {
    /// One request for `range`; the reply's body begins with the first byte of it.
    ///
    /// The first request goes to the endpoint, which says which file it is and redirects to where
    /// the bytes are. That address is used until it expires. The permit is needed before the lock
    /// on the address: see [`Permits`](crate::source::http::permits::Permits).
    pub(super) fn open(
        &self,
        range: ByteRange,
        _permit: &Permit<'_>,
    ) -> Result<Incoming<'_>, HttpError> {
        // Twice at most: once with the address that may have expired, once with a new one.
        let mut is_fresh = false;
        loop {
            let Some(url) = self.location().clone() else {
                let mut location = self.location();
                if location.is_some() {
                    continue; // Another thread has found it meanwhile.
                }
                let exchange = self.ask(&self.address, range)?;
                if matches!(exchange.status, 200 | 206) {
                    *location = Some(exchange.url.clone());
                }
                drop(location);
                return self.accept(exchange, range);
            };
            let exchange = self.ask(&url, range)?;
            if is_fresh || !has_expired(exchange.status) {
                return self.accept(exchange, range);
            }
            is_fresh = true;
            let mut location = self.location();
            if location.as_ref() == Some(&url) {
                *location = None;
            }
        }
    }

    fn ask(&self, url: &Url, range: ByteRange) -> Result<Exchange, HttpError> {
        let exchange = self.client.exchange(url, Some(range), Foreign::Allowed)?;
        self.client.answered();
        self.check_identity(&exchange)?;
        Ok(exchange)
    }

    /// Whether what the endpoint says of the file is what was listed. Replies of other servers
    /// say nothing of it, and what the endpoint leaves out (mirrors do) cannot differ; the size
    /// is compared again with that of the bytes that come.
    fn check_identity(&self, exchange: &Exchange) -> Result<(), HttpError> {
        let changed = |what: String| Err(exchange.error(&self.client, Reason::Changed(what)));
        let facts = &exchange.facts;
        if let Some(commit) = &facts.repo_commit
            && *commit != self.commit.to_string()
        {
            return changed(format!("it is now at commit {}", Shown(commit)));
        }
        let is_file = matches!(exchange.status, 200 | 206);
        if let Some(size) = facts.linked_size
            && size != self.size
        {
            return changed(format!("it has {size} bytes, and {} were listed", self.size));
        }
        let own = facts.etag.as_deref().filter(|_| is_file && exchange.is_own);
        let said = facts.linked_etag.as_deref().or(own);
        let differs = match (said, self.digest) {
            (Some(said), ListedDigest::Sha256(listed)) => {
                is_digest(said) && said.parse::<Digest>().ok() != Some(listed)
            }
            (Some(said), ListedDigest::GitBlob(listed)) => {
                is_digest(said) && said.parse::<GitBlobId>().ok() != Some(listed)
            }
            (None, _) | (_, ListedDigest::Unknown) => false,
        };
        if differs {
            return changed("its digest is another one".to_owned());
        }
        Ok(())
    }

    /// The body of a reply to a request for `range`, if it is one.
    fn accept(&self, exchange: Exchange, range: ByteRange) -> Result<Incoming<'_>, HttpError> {
        if let Some(error) = exchange.unavailable(&self.client) {
            return Err(error);
        }
        let wrong = |reason| Err(exchange.error(&self.client, reason));
        let changed = |size: u64| {
            let listed = self.size;
            wrong(Reason::Changed(format!("it has {size} bytes, and {listed} were listed")))
        };
        match exchange.status {
            206 => {
                let said = exchange.content_range.as_deref();
                let Some(content) = said.and_then(ContentRange::parse) else {
                    return wrong(Reason::Range("it does not say which bytes it holds".to_owned()));
                };
                if content.total != self.size {
                    return changed(content.total);
                }
                if content.range != range {
                    return wrong(Reason::Range(format!(
                        "{range} was asked for and {} came",
                        content.range
                    )));
                }
                if exchange.content_length.is_some_and(|length| length != range.length()) {
                    return wrong(Reason::Range("its length is another one".to_owned()));
                }
                Ok(exchange.into_incoming(&self.client))
            }
            200 => {
                if let Some(length) = exchange.content_length
                    && length != self.size
                {
                    return changed(length);
                }
                if range.start() > SKIPPED {
                    return wrong(Reason::NoRanges);
                }
                let broken = |reason| self.client.error(&self.address, reason);
                let mut incoming = exchange.into_incoming(&self.client);
                if !incoming.skip(range.start()).map_err(broken)? {
                    let what = "it ended before the first byte that was asked for".to_owned();
                    return Err(broken(Reason::Range(what)));
                }
                Ok(incoming)
            }
            416 => wrong(Reason::Changed(format!("it no longer has {} bytes", self.size))),
            _ => wrong(self.refusal(&exchange)),
        }
    }

    /// Why a reply without bytes is one.
    fn refusal(&self, exchange: &Exchange) -> Reason {
        let status = exchange.status;
        let message = exchange.facts.error_message.clone();
        if !exchange.is_own {
            return Reason::Unexpected { status, message: None };
        }
        let code = exchange.facts.error_code.as_deref();
        let refusal = match (status, code, message.as_deref()) {
            (401 | 403, Some("GatedRepo"), _) => Refusal::Gated(message),
            (401, _, Some("Invalid credentials in Authorization header")) => Refusal::BadToken,
            (401, ..) => Refusal::MissingOrPrivate(self.client.has_token()),
            (403, ..) => Refusal::Denied(message),
            (404, ..) => Refusal::Missing(message),
            _ => return Reason::Unexpected { status, message },
        };
        Reason::Refused(refusal, status)
    }
}

/// Whether a status says that an address that once led to the bytes no longer does.
fn has_expired(status: u16) -> bool {
    matches!(status, 400 | 401 | 403 | 404 | 410)
}

/// Whether text is a digest at all; the Hub masks those of gated files with asterisks, and
/// mirrors write other things into an `ETag`.
fn is_digest(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The beginning of what should be a commit.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.40}", crate::base::Untrusted(self.0))
    }
}

impl RemoteFile {
    fn location(&self) -> std::sync::MutexGuard<'_, Option<Url>> {
        self.location.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
