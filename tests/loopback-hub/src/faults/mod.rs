//! What can go wrong between a server and its client.

mod applying;
mod mixing;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

pub(crate) use applying::{Delivery, Ending, Origins};
pub use mixing::FaultMix;

use crate::message::{Request, Route};

/// One thing that goes wrong with a reply. Where a fault does not apply to a reply (a wrong
/// `Content-Range` to one that has none), the reply is as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The reply is late.
    Delay(Duration),
    /// The connection is reset before any reply.
    ResetBeforeReply,
    /// The connection is closed before any reply.
    ClosedBeforeReply,
    /// The connection is reset after so many bytes of the body.
    ResetWithin(u64),
    /// The connection is closed after so many bytes of the body, fewer than were announced.
    Truncated(u64),
    /// So many bytes more than were asked for are announced and sent.
    Overlong(u64),
    /// So many bytes more than were announced are sent.
    Unannounced(u64),
    /// A 206 that lies of its range.
    WrongRange(RangeLie),
    /// The range is ignored: 200 with the whole file.
    WholeFile,
    /// An error without a word.
    Status(u16),
    /// An error whose body is a page for people.
    HtmlPage(u16),
    /// 429 with the rate-limit headers of the Hub.
    TooManyRequests {
        /// `t` of `RateLimit`: seconds until the window ends.
        reset: u32,
        /// `Retry-After` in seconds.
        retry_after: Option<u32>,
    },
    /// The body comes in small pieces with pauses, until the time is up; then the rest at once.
    Drip {
        /// Bytes of a piece.
        piece: usize,
        /// Between two.
        pause: Duration,
        /// All pauses together.
        at_most: Duration,
    },
    /// A redirect to where the request went.
    RedirectLoop,
    /// A redirect to the foreign host, which has an answer.
    RedirectForeign,
    /// `X-Repo-Commit` is another commit.
    OtherCommit,
    /// Announced sizes differ from the listing by so much.
    OtherSize(i64),
    /// The lowest bit of the byte at this offset of the file is another.
    FlippedBit(u64),
    /// JSON that says nothing or ends early.
    GarbageJson(Garbage),
    /// Another `Content-Type`.
    WrongContentType(&'static str),
    /// A `Content-Encoding` although none was asked for.
    ContentEncoding(&'static str),
    /// Every page of a listing is followed by another one.
    EndlessPages,
    /// The next page of a listing is this one.
    RepeatedPage,
    /// The next page of a listing is at the foreign host.
    ForeignPage,
    /// A body without an end, that is after so many bytes the connection closes.
    EndlessBody(u64),
    /// Something that is no HTTP.
    NotHttp,
}

/// How a `Content-Range` can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeLie {
    /// It names, and the body has, bytes from one further on.
    Shifted,
    /// The bytes are right, the file is said to be longer.
    OtherTotal,
    /// There is none.
    Missing,
    /// It is nonsense.
    Nonsense,
}

/// How JSON can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Garbage {
    /// The second half is missing.
    Cut,
    /// `null`.
    Null,
    /// Numbers where lists and texts belong.
    WrongTypes,
    /// Thousands of brackets.
    Nested,
    /// Bytes that are no text.
    Binary,
}

impl Fault {
    /// At one route.
    #[must_use]
    pub fn on(self, route: Route) -> FaultRule {
        FaultRule { routes: Some(vec![route]), ..self.anywhere() }
    }

    /// At every route.
    #[must_use]
    pub fn anywhere(self) -> FaultRule {
        FaultRule {
            fault: self,
            routes: None,
            path: None,
            skip: 0,
            times: u32::MAX,
            seen: AtomicU32::new(0),
        }
    }
}

/// A fault and where it strikes.
#[derive(Debug)]
pub struct FaultRule {
    fault: Fault,
    routes: Option<Vec<Route>>,
    path: Option<String>,
    skip: u32,
    times: u32,
    seen: AtomicU32,
}

impl FaultRule {
    /// At this route, too.
    #[must_use]
    pub fn or_on(mut self, route: Route) -> Self {
        self.routes.get_or_insert_default().push(route);
        self
    }

    /// Only where the subject contains this: `owner/name/path` of a file, else the decoded path.
    #[must_use]
    pub fn path(mut self, part: &str) -> Self {
        self.path = Some(part.to_owned());
        self
    }

    /// Spares the first so many requests.
    #[must_use]
    pub fn skip(mut self, requests: u32) -> Self {
        self.skip = requests;
        self
    }

    /// Strikes only so many requests.
    #[must_use]
    pub fn times(mut self, requests: u32) -> Self {
        self.times = requests;
        self
    }

    fn strikes(&self, request: &Request) -> bool {
        let here = self.routes.as_ref().is_none_or(|routes| routes.contains(&request.route))
            && self.path.as_ref().is_none_or(|part| request.subject.contains(part));
        here && {
            let number = self.seen.fetch_add(1, Ordering::Relaxed);
            number >= self.skip && number - self.skip < self.times
        }
    }
}

/// All faults of a hub.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    pub(crate) latency: Duration,
    pub(crate) rules: Vec<FaultRule>,
    pub(crate) mix: Option<FaultMix>,
}

impl Faults {
    /// What goes wrong with the reply to a request: how late it is, and what else.
    pub(crate) fn choose(&self, request: &Request) -> (Duration, Option<Fault>) {
        let mut late = self.latency;
        let mut delay = None;
        let mut chosen = None;
        let struck = self.rules.iter().filter(|rule| rule.strikes(request));
        for fault in struck.map(|rule| rule.fault.clone()) {
            match fault {
                Fault::Delay(more) => {
                    late += more;
                    delay = Some(fault);
                }
                other if chosen.is_none() => chosen = Some(other),
                _ => {}
            }
        }
        if chosen.is_none() {
            chosen = self.mix.as_ref().and_then(|mix| mix.choose(request));
        }
        if let Some(Fault::Delay(more)) = chosen {
            late += more;
        }
        (late, chosen.or(delay))
    }
}
