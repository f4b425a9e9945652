//! Why a repository could not be turned into a snapshot, and what to do about it.

use std::fmt;

use super::super::http::{HttpError, Reason};
use super::super::listing::UnsafePath;
use crate::base::{Commit, RepoId, Untrusted};

/// Why a repository could not be turned into a snapshot. Holds no token and no signed address.
#[derive(Debug, thiserror::Error)]
#[error("`hf://{repository}` {problem}{}", RequestId(.request_id.as_deref()))]
pub struct HubError {
    /// The repository as it was asked for.
    pub repository: RepoId,
    /// What is wrong.
    pub problem: HubProblem,
    /// The id under which the Hub's operators find the request (untrusted).
    pub request_id: Option<String>,
}

/// What is wrong with a repository, or with what the Hub says of it.
#[derive(Debug, thiserror::Error)]
pub enum HubProblem {
    /// 401 to a request without a token: the Hub does not tell the two apart.
    #[error(
        "does not exist, or is private and no token was given; correct the name, or set `HF_TOKEN` \
         to a token that may read it"
    )]
    MissingOrPrivate,
    /// 404 to a request with a token that the Hub accepts.
    #[error(
        "does not exist, or is private and the token has no access to it; correct the name, or set \
         `HF_TOKEN` to a token that may read it"
    )]
    Missing,
    /// 401 to a request with a token, which the Hub gives for public repositories as well.
    #[error(
        "was not looked up: the Hub does not accept the token, which may be expired or revoked; \
         renew it (`HF_TOKEN`, or the token file), or remove it"
    )]
    BadToken,
    /// The publisher lets nobody in without acceptance of terms.
    #[error("{}", Gated(*.access, .page))]
    Gated {
        /// How far the asker is.
        access: Access,
        /// The page on which access is asked for.
        page: String,
    },
    /// 403 for another reason.
    #[error(
        "may not be read with this token{}; set `HF_TOKEN` to a token with the right to read it",
        Said(.message.as_deref())
    )]
    Forbidden {
        /// The Hub's words (untrusted).
        message: Option<String>,
    },
    /// The Hub has taken it out of service.
    #[error("was disabled by the Hub; nothing of it can be read, so choose another model")]
    Disabled,
    /// No such branch, tag or commit.
    #[error(
        "has no {}; correct `revision`",
        Revision(.revision.as_deref())
    )]
    UnknownRevision {
        /// As it was asked for; `None` for the default branch.
        revision: Option<String>,
    },
    /// Nothing was ever committed.
    #[error("has no commit, and so no files")]
    Empty,
    /// 429 in spite of all patience.
    #[error(
        "could not be looked up, because the Hub limits the rate of requests: {reason}; try again \
         later, or set `HF_TOKEN`, which raises the limit"
    )]
    RateLimited {
        /// What happened.
        reason: String,
    },
    /// No answer, or none that ends.
    #[error("could not be looked up: {reason}")]
    Unreachable {
        /// What happened.
        reason: String,
    },
    /// An answer that is larger than anything it could hold.
    #[error("could not be looked up: {what} is larger than {limit}, and was not read")]
    TooLarge {
        /// What.
        what: &'static str,
        /// The limit in force.
        limit: String,
    },
    /// A status that means nothing here.
    #[error(
        "could not be looked up: the Hub answered {status} to the request for {what}{}; check \
         `HF_ENDPOINT`, or try again later",
        Said(.message.as_deref())
    )]
    Status {
        /// What was asked for.
        what: &'static str,
        /// The status.
        status: u16,
        /// The Hub's words (untrusted).
        message: Option<String>,
    },
    /// An answer that is not what the route gives.
    #[error(
        "could not be looked up: the Hub's reply with {what} is not understood: {reason}; check \
         `HF_ENDPOINT`"
    )]
    NotUnderstood {
        /// What was asked for.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A pinned commit, and an answer for another one.
    #[error(
        "was asked for at commit {asked}, and the Hub answered for commit {answered}; nothing of \
         that was used"
    )]
    OtherCommit {
        /// As asked.
        asked: Commit,
        /// As answered.
        answered: Commit,
    },
    /// A listing with a path that could mean a file elsewhere.
    #[error("lists a file under a path that cannot be used, `{:.200}`: {reason}", Untrusted(.path))]
    UnsafePath {
        /// As listed (untrusted).
        path: String,
        /// What is wrong with it.
        reason: UnsafePath,
    },
    /// A listing with one path twice.
    #[error("lists `{:.200}` twice, so that it is not clear which file is meant", Untrusted(.path))]
    Twice {
        /// As listed (untrusted).
        path: String,
    },
    /// The listing and the tree contradict each other.
    #[error(
        "is described in two ways: listing and tree disagree on {what} of `{:.200}`; one of them \
         is wrong, so neither was used; run again",
        Untrusted(.path)
    )]
    Disagreement {
        /// The file (untrusted).
        path: String,
        /// On what.
        what: &'static str,
    },
    /// Neither the listing nor the tree knows how large a file is.
    #[error(
        "cannot be read: neither listing nor tree tell the size of `{:.200}`; check `HF_ENDPOINT`",
        Untrusted(.path)
    )]
    NoSize {
        /// The file (untrusted).
        path: String,
    },
    /// Offline, and nothing in the cache.
    #[error(
        "is not in the local cache (`{folder}`), and the network is not to be used; download it \
         with `hf download {repository}`, or run without `--offline` and `HF_HUB_OFFLINE`"
    )]
    NotCached {
        /// Where it would be.
        folder: String,
        /// Once more, for the command.
        repository: RepoId,
    },
    /// Offline, and not the wanted revision in the cache.
    #[error("cannot be judged without the network: {reason}")]
    NoSnapshot {
        /// What the cache has instead.
        reason: String,
    },
    /// Offline, and no cache.
    #[error(
        "cannot be looked up: the network is not to be used, and no cache folder is known; set \
         `HF_HUB_CACHE` or `HF_HOME`"
    )]
    NoCache,
    /// Offline, and a listing in the cache that cannot be used.
    #[error(
        "is in the local cache with a listing that cannot be used, `{path}`: {reason}; download \
         the model again"
    )]
    CachedTree {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// How far somebody is with access to a gated repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Not logged in.
    NoToken,
    /// Logged in, and access was not asked for.
    NotAsked,
    /// Asked for; the authors have not answered.
    Pending,
    /// Asked for and refused.
    Rejected,
}

impl Access {
    /// From a refusal of the Hub.
    pub(super) fn of(status: u16, message: &str) -> Self {
        if message.contains("awaiting a review") {
            Self::Pending
        } else if message.contains("has been rejected") {
            Self::Rejected
        } else if status == 401 {
            Self::NoToken
        } else {
            Self::NotAsked
        }
    }
}

struct Gated<'a>(Access, &'a str);

impl fmt::Display for Gated<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(access, page) = self;
        match access {
            Access::NoToken => write!(
                f,
                "is gated, and no token was given; log in on {page}, accept its terms, and set \
                 `HF_TOKEN` to a token of that account"
            ),
            Access::NotAsked => write!(
                f,
                "is gated, and the token's account has no access; open {page} with that account \
                 and accept the terms or ask for access"
            ),
            Access::Pending => write!(
                f,
                "is gated, and the request for access waits for its authors; run again once they \
                 have granted it ({page})"
            ),
            Access::Rejected => write!(
                f,
                "is gated, and its authors have refused access to the token's account ({page}); \
                 use an account that has it, or another model"
            ),
        }
    }
}

/// The Hub's own words.
struct Said<'a>(Option<&'a str>);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.map(str::trim) {
            None | Some("") => Ok(()),
            Some(words) => write!(f, " (“{:.300}”)", Untrusted(words)),
        }
    }
}

struct Revision<'a>(Option<&'a str>);

impl fmt::Display for Revision<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(revision) => write!(f, "revision `{:.255}`", Untrusted(revision)),
            None => f.write_str("default branch"),
        }
    }
}

struct RequestId<'a>(Option<&'a str>);

impl fmt::Display for RequestId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None | Some("") => Ok(()),
            Some(id) => write!(f, " (request {:.200})", Untrusted(id)),
        }
    }
}

impl HubProblem {
    /// A request that came to nothing.
    pub(super) fn of_http(error: &HttpError, what: &'static str) -> Self {
        let limited = |status: u16| status == 429;
        match error.reason() {
            Reason::TooLarge(limit) => Self::TooLarge { what, limit: format!("{limit} bytes") },
            Reason::Unavailable { status, .. } | Reason::AskedToWait { status, .. }
                if limited(*status) =>
            {
                Self::RateLimited { reason: error.to_string() }
            }
            _ => Self::Unreachable { reason: error.to_string() },
        }
    }
}
