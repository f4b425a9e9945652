//! Asking the Hub about one model: a request, and what its reply means.

use url::Url;

use super::super::SourceError;
use super::super::http::{HttpError, Reply};
use super::commits::{self, History};
use super::error::{HubError, HubProblem};
use super::files::Files;
use super::info::Info;
use super::refusal::{Question, Refusal};
use super::{Hub, tree};
use crate::base::{Commit, RepoId, Untrusted};

/// Most bytes of a model's info: some 50 000 files.
const LARGEST_INFO: usize = 16 << 20;

/// Most bytes of one page of a tree or of commits.
pub(super) const LARGEST_PAGE: usize = 8 << 20;

/// Most bytes of all pages of a tree.
const LARGEST_TREE: usize = 64 << 20;

/// Most files, folders and submodules of a tree.
const MOST_ENTRIES: usize = 200_000;

/// Most pages of a tree of unknown length.
const MOST_PAGES: usize = 2000;

/// A model, as the Hub is asked about it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Model<'a> {
    pub(super) hub: &'a Hub,
    /// The name under which it is asked for.
    pub(super) id: &'a RepoId,
    /// The name in the manifest, by which errors call it.
    pub(super) asked: &'a RepoId,
    pub(super) revision: Option<&'a str>,
}

/// Whether the Hub has a route. A mirror may have only those that a download needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Served,
    NotServed,
}

/// A page of the tree could be had, or the route is not there.
type Page = Option<Reply>;

impl Model<'_> {
    /// What the Hub says of the model at the revision, and the commit that this is.
    pub(super) fn info(self) -> Result<(Info, Commit), SourceError> {
        const WHAT: &str = "the model";
        let url = self.hub.addresses.info(self.id, self.revision);
        let url = url.map_err(|error| self.unaddressable(&error))?;
        let reply = match self.get(&url, LARGEST_INFO, WHAT)? {
            (reply, None) => reply,
            (reply, Some(refusal)) => return Err(self.refused(&reply, refusal, WHAT)),
        };
        let info = Info::read(&reply.body).map_err(|error| self.odd(&reply, WHAT, &error))?;
        if info.disabled {
            return Err(self.error(HubProblem::Disabled));
        }
        let Some(sha) = &info.sha else { return Err(self.error(HubProblem::Empty)) };
        let commit: Commit = sha.parse().map_err(|error| self.odd(&reply, WHAT, &error))?;
        let asked: Option<Commit> = self.revision.and_then(|revision| revision.parse().ok());
        match asked {
            Some(asked) if asked != commit => {
                Err(self.error(HubProblem::OtherCommit { asked, answered: commit }))
            }
            _ => Ok((info, commit)),
        }
    }

    /// The name that the Hub gives the model: another one than was asked for, if it was renamed.
    pub(super) fn canonical(self, info: &Info) -> Result<RepoId, SourceError> {
        info.id.parse().map_err(|error| {
            let reason =
                format!("`{:.200}` is no name of a repository: {error}", Untrusted(&info.id));
            self.error(HubProblem::NotUnderstood { what: "the model", reason })
        })
    }

    /// Adds the tree at the commit to the files, page by page.
    pub(super) fn add_tree(
        self,
        commit: &Commit,
        expand: bool,
        files: &mut Files,
    ) -> Result<Answer, SourceError> {
        const WHAT: &str = "its files";
        let too_large = |limit: String| self.error(HubProblem::TooLarge { what: WHAT, limit });
        // Every page brings something new, and somebody may serve one file per page.
        let most_pages =
            files.expected().map_or(MOST_PAGES, |count| count.saturating_mul(2).saturating_add(64));
        let (mut bytes, mut entries, mut pages) = (0_usize, 0_usize, 0_usize);
        let first = self.hub.addresses.tree(self.id, commit, expand);
        let mut next = Some(first.map_err(|error| self.unaddressable(&error))?);
        while let Some(url) = next {
            pages = pages.saturating_add(1);
            if pages > most_pages {
                return Err(too_large(format!("{most_pages} pages")));
            }
            let Some(reply) = self.page(&url, WHAT, pages == 1)? else {
                return Ok(Answer::NotServed);
            };
            bytes = bytes.saturating_add(reply.body.len());
            if bytes > LARGEST_TREE {
                return Err(too_large(format!("{LARGEST_TREE} bytes")));
            }
            let page =
                tree::Page::read(&reply.body).map_err(|error| self.odd(&reply, WHAT, &error))?;
            entries = entries.saturating_add(page.entries);
            if entries > MOST_ENTRIES {
                return Err(too_large(format!("{MOST_ENTRIES} entries")));
            }
            files.add_page(page.files).map_err(|problem| self.error(problem))?;
            next = self.next_page(&reply, WHAT)?;
            if next.is_some() && page.entries == 0 {
                let reason = "a page without entries that is not the last one".to_owned();
                return Err(self.error(HubProblem::NotUnderstood { what: WHAT, reason }));
            }
        }
        Ok(Answer::Served)
    }

    /// The latest commits up to this one, and how many there are.
    pub(super) fn history(self, commit: &Commit, recent: u64) -> Result<History, SourceError> {
        const WHAT: &str = "its commits";
        let limit = recent.clamp(1, commits::LARGEST_PAGE);
        let url = self.hub.addresses.commits(self.id, commit.as_str(), 0, limit);
        let url = url.map_err(|error| self.unaddressable(&error))?;
        let Some(reply) = self.page(&url, WHAT, true)? else { return Ok(History::default()) };
        let mut commits =
            commits::read(&reply.body).map_err(|error| self.odd(&reply, WHAT, &error))?;
        let whole = reply.facts.link.is_none().then_some(commits.len() as u64);
        let count = reply.facts.total_count.or(whole);
        commits.truncate(usize::try_from(recent).unwrap_or(usize::MAX));
        Ok(History { commits, count })
    }

    /// The reply with one page; `None` if it is the first one and the Hub does not have the route.
    pub(super) fn page(
        self,
        url: &Url,
        what: &'static str,
        may_be_missing: bool,
    ) -> Result<Page, SourceError> {
        match self.get(url, LARGEST_PAGE, what)? {
            (reply, None) => Ok(Some(reply)),
            (reply, Some(_)) if may_be_missing && is_of_route(&reply) => Ok(None),
            (reply, Some(refusal)) => Err(self.refused(&reply, refusal, what)),
        }
    }

    fn next_page(self, reply: &Reply, what: &'static str) -> Result<Option<Url>, SourceError> {
        self.hub.client.next_page(reply).map_err(|error| self.failed(&error, what))
    }

    /// Asks; a reply that is not 200 comes with the message of the Hub.
    fn get(
        self,
        url: &Url,
        limit: usize,
        what: &'static str,
    ) -> Result<(Reply, Option<String>), SourceError> {
        let reply = self.hub.client.get(url, limit);
        let reply = reply.map_err(|error| self.failed(&error, what))?;
        let message = (reply.status != 200).then(|| message(&reply).unwrap_or_default());
        Ok((reply, message))
    }

    fn refused(self, reply: &Reply, message: String, what: &'static str) -> SourceError {
        let refusal = Refusal {
            status: reply.status,
            code: reply.facts.error_code.as_deref(),
            message: Some(&message),
            had_token: self.hub.client.has_token(),
        };
        let page = self.hub.addresses.page(self.id.as_str());
        let question = Question { what, revision: self.revision, page: &page };
        self.error_of(reply, refusal.problem(question))
    }

    fn failed(self, error: &HttpError, what: &'static str) -> SourceError {
        self.error(HubProblem::of_http(error, what))
    }

    /// A reply that is not what the route gives.
    pub(super) fn odd(
        self,
        reply: &Reply,
        what: &'static str,
        error: &dyn std::error::Error,
    ) -> SourceError {
        let reason = format!("{:.300}", Untrusted(&error.to_string()));
        self.error_of(reply, HubProblem::NotUnderstood { what, reason })
    }

    /// An address that cannot be written, which checked names never bring about.
    pub(super) fn unaddressable(self, error: &url::ParseError) -> SourceError {
        self.error(HubProblem::Unreachable { reason: format!("its address is no URL: {error}") })
    }

    pub(super) fn error(self, problem: HubProblem) -> SourceError {
        HubError { repository: self.asked.clone(), problem, request_id: None }.into()
    }

    fn error_of(self, reply: &Reply, problem: HubProblem) -> SourceError {
        let request_id = reply.facts.request_id.clone();
        HubError { repository: self.asked.clone(), problem, request_id }.into()
    }
}

fn is_of_route(reply: &Reply) -> bool {
    let code = reply.facts.error_code.as_deref();
    Refusal { status: reply.status, code, message: None, had_token: false }.is_of_route()
}

/// What the Hub says of an error: in a header, in JSON, or as it is. Pages for people are left
/// out.
fn message(reply: &Reply) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Written {
        error: String,
    }
    if let Some(message) = &reply.facts.error_message {
        return Some(message.clone());
    }
    if let Ok(written) = serde_json::from_slice::<Written>(&reply.body) {
        return Some(written.error);
    }
    let text = String::from_utf8_lossy(&reply.body);
    (!text.trim_start().starts_with(['<', '{', '['])).then(|| text.into_owned())
}
