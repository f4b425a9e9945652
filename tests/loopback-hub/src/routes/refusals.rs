//! How the Hub says no. Texts, codes and statuses as recorded; what is not recorded says so.

use serde_json::json;

use crate::accounts::User;
use crate::message::Answer;
use crate::repository::Repository;

fn refusal(api: bool, status: u16, code: Option<&str>, message: &str) -> Answer {
    let mut answer = if api {
        Answer::json(status, &json!({"error": message}))
    } else {
        Answer::text(status, message)
    };
    if let Some(code) = code {
        answer = answer.with("X-Error-Code", code);
    }
    // A header holds ASCII only.
    let ascii: String = message.chars().map(|c| if c.is_ascii() { c } else { '*' }).collect();
    answer = answer.with("X-Error-Message", ascii);
    if status == 401 {
        answer = answer.with(
            "WWW-Authenticate",
            "Bearer realm=\"Authentication required\", charset=\"UTF-8\"",
        );
    }
    answer
}

/// Missing or private, asked for without a token that counts: the same for both.
pub(super) fn unknown_user(api: bool) -> Answer {
    refusal(api, 401, None, "Invalid username or password.")
}

/// A token that nobody has, on a public repository (not recorded).
pub(super) fn bad_token(api: bool) -> Answer {
    refusal(api, 401, None, "Invalid credentials in Authorization header")
}

/// Missing, asked for with a good token.
pub(super) fn no_such_repository(api: bool) -> Answer {
    refusal(api, 404, Some("RepoNotFound"), "Repository not found")
}

pub(super) fn no_such_revision(api: bool, revision: &str) -> Answer {
    refusal(api, 404, Some("RevisionNotFound"), &format!("Invalid rev id: {revision}"))
}

/// A file that is not there.
pub(super) fn no_such_entry() -> Answer {
    refusal(false, 404, Some("EntryNotFound"), "Entry not found")
}

/// A folder that is not there.
pub(super) fn no_such_path(path: &str, revision: &str) -> Answer {
    let message = format!("{path} does not exist on \"{revision}\"");
    refusal(true, 404, Some("EntryNotFound"), &message)
}

pub(super) fn no_such_page() -> Answer {
    refusal(true, 404, None, "Sorry, we can't find the page you are looking for.")
}

/// Any route but the info of a disabled repository.
pub(super) fn disabled(api: bool) -> Answer {
    refusal(api, 403, None, "Access to this resource is disabled.")
}

/// A gate that does not open for somebody.
pub(super) fn gated(api: bool, repository: &Repository, user: Option<&User>) -> Answer {
    let id = &repository.id;
    let (status, message) = match user {
        None => (
            401,
            format!(
                "Access to model {id} is restricted. You must have access to it and be \
                 authenticated to access it. Please log in."
            ),
        ),
        Some(user) if repository.pending.contains(&user.name) => (
            403,
            format!(
                "Your request to access model {id} is awaiting a review from the repo authors."
            ),
        ),
        // The end is recorded, the beginning is not.
        Some(user) if repository.rejected.contains(&user.name) => (
            403,
            format!("Your request to access model {id} has been rejected by the repo's authors."),
        ),
        Some(_) => (
            403,
            format!(
                "Access to model {id} is restricted and you are not in the authorized list. \
                 Visit https://huggingface.co/{id} to ask for access."
            ),
        ),
    };
    refusal(api, status, Some("GatedRepo"), &message)
}
