//! The Hub, as far as requests go.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use url::Url;

use super::error::{HttpError, Reason};
use super::exchange::{Agents, Foreign};
use super::facts::Facts;
use super::link;
use super::permits::Permits;
use super::remote_file::ExtentCache;
use super::retry::Attempts;
use super::settings::Settings;
use super::token::Token;
use crate::source::activity::Activity;

/// Most bytes of an error's text that are read.
const ERROR_TEXT: usize = 64 << 10;

/// After so many requests in a row that failed for good, requests are tried once until one succeeds:
/// a Hub that is not there should not cost the whole patience for each of a thousand files.
const HOPELESS: u32 = 3;
const HOPELESS_ATTEMPTS: u32 = 1;

/// The Hub, as far as requests go. Shared by all models of a run, from several threads.
#[derive(Debug)]
pub(in crate::source) struct Client {
    settings: Settings,
    agents: Agents,
    permits: Permits,
    activity: Arc<Activity>,
    extents: ExtentCache,
    failures_in_a_row: AtomicU32,
    files: AtomicU64,
}

/// A document of the endpoint.
#[derive(Clone, Debug)]
pub(in crate::source) struct Reply {
    /// The final status, whatever it is.
    pub(in crate::source) status: u16,
    /// What the heads of the replies say.
    pub(in crate::source) facts: Facts,
    /// The whole body; of an error at most its first 64 KiB, with the token masked.
    pub(in crate::source) body: Vec<u8>,
    /// Where it came from, after redirects.
    pub(in crate::source) url: Url,
}

impl Client {
    /// For a run.
    ///
    /// # Errors
    /// None at present: settings are checked when they are made.
    pub(in crate::source) fn new(
        settings: Settings,
        activity: Arc<Activity>,
    ) -> Result<Self, HttpError> {
        Ok(Self {
            agents: Agents::new(&settings),
            permits: Permits::new(settings.requests_at_once),
            extents: ExtentCache::new(settings.cached_bytes),
            settings,
            activity,
            failures_in_a_row: AtomicU32::new(0),
            files: AtomicU64::new(0),
        })
    }

    /// The Hub.
    pub(in crate::source) fn endpoint(&self) -> &Url {
        &self.settings.endpoint
    }

    /// Whether requests to the endpoint are made with a token.
    pub(in crate::source) fn has_token(&self) -> bool {
        self.settings.token.is_some()
    }

    /// The address below the endpoint with these path segments, each percent-encoded (a `/` in
    /// one as `%2F`), and these query pairs. The segments `.` and `..` cannot be written in an
    /// address and are left out: they are to be refused before.
    #[cfg(test)]
    pub(in crate::source) fn address(&self, segments: &[&str], query: &[(&str, &str)]) -> Url {
        let mut url = self.settings.endpoint.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// Whether `url` is at the endpoint: same scheme, host and port.
    pub(in crate::source) fn is_own(&self, url: &Url) -> bool {
        url.origin() == self.settings.endpoint.origin()
    }

    /// The next page that a reply's `Link` header names, if there is one.
    ///
    /// # Errors
    /// It is not at the endpoint (a mirror may answer with the addresses of another Hub).
    pub(in crate::source) fn next_page(&self, reply: &Reply) -> Result<Option<Url>, HttpError> {
        let Some(next) = reply.facts.link.as_deref().and_then(link::next) else { return Ok(None) };
        let url = reply.url.join(next).ok();
        match url.filter(|url| self.is_own(url)) {
            Some(url) => Ok(Some(url)),
            None => Err(self
                .error(&reply.url, Reason::Foreign)
                .with_request_id(reply.facts.request_id.clone())),
        }
    }

    /// A document of the endpoint, of at most `limit` bytes.
    ///
    /// # Errors
    /// The document is not at the endpoint, too large, or could not be had with all patience:
    /// then the error says why and what to do. Any other status is a reply.
    pub(in crate::source) fn get(&self, url: &Url, limit: usize) -> Result<Reply, HttpError> {
        let _permit = self.permits.acquire();
        let mut attempts = self.attempts();
        loop {
            match self.get_once(url, limit) {
                Ok(reply) => return Ok(reply),
                Err(error) => {
                    attempts.again(error).inspect_err(|error| self.gave_up(error))?;
                }
            }
        }
    }

    fn get_once(&self, url: &Url, limit: usize) -> Result<Reply, HttpError> {
        let exchange = self.exchange(url, None, Foreign::Refused)?;
        self.answered();
        if let Some(error) = exchange.unavailable(self) {
            return Err(error);
        }
        let is_error = exchange.status >= 400;
        let too_large = exchange.error(self, Reason::TooLarge(limit as u64));
        if !is_error && exchange.content_length.is_some_and(|length| length > limit as u64) {
            return Err(too_large);
        }
        let (status, facts, url) = (exchange.status, exchange.facts.clone(), exchange.url.clone());
        let failed = |reason| self.error(&url, reason).with_request_id(facts.request_id.clone());
        let most = if is_error { limit.min(ERROR_TEXT) } else { limit };
        let mut body = Vec::new();
        let mut incoming = exchange.into_incoming(self);
        incoming.fill(&mut body, most).map_err(failed)?;
        if body.len() == most && !is_error && !incoming.is_at_end().map_err(failed)? {
            return Err(too_large);
        }
        if is_error && let Some(token) = self.token() {
            body = token.scrub(&String::from_utf8_lossy(&body)).into_bytes();
        }
        Ok(Reply { status, facts, body, url })
    }

    /// The attempts that a request has.
    pub(super) fn attempts(&self) -> Attempts<'_> {
        let mut patience = self.settings.patience;
        if self.failures_in_a_row.load(Ordering::Relaxed) >= HOPELESS {
            patience.attempts = patience.attempts.min(HOPELESS_ATTEMPTS);
        }
        Attempts::new(patience, &self.activity)
    }

    /// Notes that some server answered.
    pub(super) fn answered(&self) {
        self.failures_in_a_row.store(0, Ordering::Relaxed);
    }

    /// Notes that a request was given up.
    pub(super) fn gave_up(&self, error: &HttpError) {
        if matches!(error.reason(), Reason::Transport(_)) {
            self.failures_in_a_row.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A number for a remote file that no other one of this client has.
    pub(super) fn next_file(&self) -> u64 {
        self.files.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn error(&self, url: &Url, reason: Reason) -> HttpError {
        HttpError::new(url, &self.settings.endpoint, reason)
    }

    pub(super) fn token(&self) -> Option<&Token> {
        self.settings.token.as_ref()
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn agents(&self) -> &Agents {
        &self.agents
    }

    pub(super) fn permits(&self) -> &Permits {
        &self.permits
    }

    pub(super) fn activity(&self) -> &Activity {
        &self.activity
    }

    pub(super) fn extents(&self) -> &ExtentCache {
        &self.extents
    }
}
