//! What the Hub means by a status that is not 200.
//!
//! `X-Error-Code` names some situations; others are told apart by the status and by whether the
//! request had a token. An anonymous 401 means a missing and a private repository alike.

use super::error::{Access, HubProblem};

/// A reply that brings nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refusal<'a> {
    pub(super) status: u16,
    /// `X-Error-Code`.
    pub(super) code: Option<&'a str>,
    /// `X-Error-Message`, else the body's.
    pub(super) message: Option<&'a str>,
    /// Whether the request had a token.
    pub(super) had_token: bool,
}

/// What was asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a> {
    pub(super) what: &'static str,
    pub(super) revision: Option<&'a str>,
    /// The page of the model, for people.
    pub(super) page: &'a str,
}

impl Refusal<'_> {
    /// Whether the route itself is missing, as on a mirror that has only some of them, or shut
    /// while others are open. What else the repository refuses, reading its files will show.
    pub(super) fn is_of_route(&self) -> bool {
        matches!(self.status, 404 | 405 | 501) || self.code == Some("GatedRepo")
    }

    pub(super) fn problem(&self, question: Question<'_>) -> HubProblem {
        let message = self.message.map(str::to_owned);
        let words = self.message.unwrap_or_default();
        match (self.status, self.code) {
            (401 | 403, Some("GatedRepo")) => HubProblem::Gated {
                access: Access::of(self.status, words),
                page: question.page.to_owned(),
            },
            (404, Some("RevisionNotFound")) => {
                HubProblem::UnknownRevision { revision: question.revision.map(str::to_owned) }
            }
            (401, _) if self.had_token => HubProblem::BadToken,
            (401, _) => HubProblem::MissingOrPrivate,
            (404, Some("RepoNotFound")) | (404, None) if self.had_token => HubProblem::Missing,
            (404, Some("RepoNotFound") | None) => HubProblem::MissingOrPrivate,
            (403, _) if words.contains("is disabled") => HubProblem::Disabled,
            (403, _) => HubProblem::Forbidden { message },
            (status, _) => HubProblem::Status { what: question.what, status, message },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::error::HubError;
    use super::*;

    /// The message for a refusal.
    fn said(status: u16, code: Option<&str>, message: &str, had_token: bool) -> String {
        let refusal = Refusal { status, code, message: Some(message), had_token };
        let question =
            Question { what: "its files", revision: Some("v9"), page: "https://hub.example/a/b" };
        let problem = refusal.problem(question);
        let (repository, request_id) = ("a/b".parse().unwrap(), Some("Root=1-6ab".to_owned()));
        HubError { repository, problem, request_id }.to_string()
    }

    #[test]
    fn missing_private_and_a_bad_token_are_told_apart_as_far_as_the_hub_does() {
        let anonymous = said(401, None, "Invalid username or password.", false);
        assert!(anonymous.contains("does not exist, or is private and no token was given"));
        assert!(anonymous.ends_with(" (request Root=1-6ab)"), "{anonymous}");
        let missing = said(404, Some("RepoNotFound"), "Repository not found", true);
        assert!(missing.contains("does not exist, or is private and the token has no access"));
        for message in ["Invalid username or password.", "Invalid credentials in Authorization"] {
            assert!(said(401, None, message, true).contains("does not accept the token"));
        }
        assert!(said(404, None, "", false).contains("no token was given"));
    }

    #[test]
    fn a_gate_says_how_to_get_in() {
        let gated = |status, message: &str, token| said(status, Some("GatedRepo"), message, token);
        let page = "https://hub.example/a/b";
        let login = gated(401, "Access to model a/b is restricted. Please log in.", false);
        assert!(login.contains("no token was given; log in on") && login.contains(page), "{login}");
        let list = gated(403, "… you are not in the authorized list. Visit …", true);
        assert!(list.contains("has no access; open") && list.contains(page), "{list}");
        let pending =
            gated(403, "Your request to access model a/b is awaiting a review from", true);
        assert!(pending.contains("waits for its authors"), "{pending}");
        let rejected = gated(403, "Your request to access a/b has been rejected by the", true);
        assert!(rejected.contains("have refused access"), "{rejected}");
    }

    #[test]
    fn other_refusals_have_their_own_words() {
        let revision = said(404, Some("RevisionNotFound"), "Invalid rev id: v9", false);
        assert!(revision.contains("has no revision `v9`"), "{revision}");
        let disabled = said(403, None, "Access to this resource is disabled.", false);
        assert!(disabled.contains("was disabled by the Hub"), "{disabled}");
        let right = said(403, None, "You have read access but not the required", true);
        assert!(right.contains("may not be read with this token (“You have"), "{right}");
        let teapot = said(418, None, "a\n::error::b", false);
        assert!(teapot.contains("answered 418 to the request for its files (“a\\n::error::b”)"));
    }

    #[test]
    fn a_route_that_is_missing_is_no_refusal_of_the_repository() {
        let of_route =
            |status, code| Refusal { status, code, message: None, had_token: false }.is_of_route();
        assert!(of_route(404, None) && of_route(501, None) && of_route(405, None));
        assert!(of_route(403, Some("GatedRepo")));
        assert!(!of_route(403, None) && !of_route(401, None) && !of_route(400, None));
    }
}
