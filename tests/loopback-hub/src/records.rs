//! What was asked and what it cost.

use std::sync::Mutex;

use crate::faults::Fault;
use crate::message::{Listener, Route};

/// A request and what became of it.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Who was asked.
    pub listener: Listener,
    /// What for.
    pub route: Route,
    /// The method.
    pub method: String,
    /// Path and query as sent.
    pub target: String,
    /// `owner/name/path` of a file that is asked for, at the Hub or the CDN; else the decoded path.
    pub subject: String,
    /// Every header as sent.
    pub headers: Vec<(String, String)>,
    /// The status of the reply; 0 if there was none.
    pub status: u16,
    /// What went wrong with it, on purpose.
    pub fault: Option<Fault>,
    /// Bytes of the reply that the connection took, head and body. What a client never reads of
    /// them still counts: it was on its way.
    pub sent: u64,
}

impl Recorded {
    /// A request header by its name in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Whether a text is anywhere in the request.
    #[must_use]
    pub fn mentions(&self, text: &str) -> bool {
        self.target.contains(text)
            || self.headers.iter().any(|(name, value)| name.contains(text) || value.contains(text))
    }
}

/// All requests, in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Records(Mutex<Vec<Recorded>>);

impl Records {
    /// Writes a request down; the number finds it again.
    pub(crate) fn add(&self, request: Recorded) -> usize {
        let mut records = self.0.lock().expect("no thread has panicked");
        records.push(request);
        records.len() - 1
    }

    pub(crate) fn count(&self, number: usize, bytes: u64) {
        let mut records = self.0.lock().expect("no thread has panicked");
        if let Some(record) = records.get_mut(number) {
            record.sent += bytes;
        }
    }

    pub(crate) fn all(&self) -> Vec<Recorded> {
        self.0.lock().expect("no thread has panicked").clone()
    }

    pub(crate) fn clear(&self) {
        self.0.lock().expect("no thread has panicked").clear();
    }
}
