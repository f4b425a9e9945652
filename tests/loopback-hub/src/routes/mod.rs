//! What the servers answer when nothing goes wrong.

mod cdn;
mod files;
mod listings;
mod models;
mod refusals;

use std::sync::atomic::Ordering;

use serde_json::json;

use crate::accounts::User;
use crate::digests::sha256_hex;
use crate::message::{Answer, Body, Listener, Request};
use crate::repository::Repository;
use crate::server::State;

/// Who asks.
pub(super) enum Caller<'a> {
    Anonymous,
    /// A token that nobody has.
    Stranger,
    Known(&'a User),
}

impl<'a> Caller<'a> {
    fn of(state: &'a State, request: &Request) -> Self {
        match request.header("authorization") {
            None => Self::Anonymous,
            Some(_) => request
                .token()
                .and_then(|token| state.users.iter().find(|user| user.token == token))
                .map_or(Self::Stranger, Self::Known),
        }
    }

    fn user(&self) -> Option<&'a User> {
        match self {
            Self::Known(user) => Some(user),
            Self::Anonymous | Self::Stranger => None,
        }
    }
}

/// A request whose repository was found, and who asks.
pub(super) struct Visit<'a> {
    pub(super) state: &'a State,
    pub(super) request: &'a Request,
    pub(super) repository: &'a Repository,
    pub(super) caller: Caller<'a>,
    /// The segments behind the id.
    pub(super) rest: &'a [String],
}

/// The reply to a request.
pub(crate) fn answer(state: &State, request: &Request) -> Answer {
    let of_cdn = request.segments.first().is_some_and(|first| first == cdn::PREFIX);
    match request.listener {
        Listener::Cdn => cdn::answer(state, request),
        // It has whatever it is asked for, so that who follows a redirect gets somewhere.
        Listener::Foreign if of_cdn => cdn::answer(state, request),
        Listener::Hub | Listener::Foreign => dressed(state, request, endpoint(state, request)),
    }
}

fn endpoint(state: &State, request: &Request) -> Answer {
    let words: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    let caller = Caller::of(state, request);
    let allowed = match words.as_slice() {
        ["api", "models", .., "paths-info", _] => request.method == "POST",
        _ => matches!(request.method.as_str(), "GET" | "HEAD"),
    };
    if !allowed {
        return Answer::text(405, "Method Not Allowed");
    }
    match words.as_slice() {
        ["api", "whoami-v2"] => match caller {
            Caller::Known(user) => Answer::json(200, &user.whoami()),
            _ => refusals::unknown_user(true),
        },
        ["api", "organizations", name, "overview"] => {
            match state.organizations.iter().find(|it| it.name == *name) {
                Some(organization) => {
                    let models = state.repositories.iter().filter(|it| it.owner() == *name);
                    Answer::json(200, &organization.overview(models.count()))
                }
                None => refusals::no_such_page(),
            }
        }
        ["api", "users", name, "overview"] => {
            match state.users.iter().find(|it| it.name == *name) {
                Some(user) => Answer::json(
                    200,
                    &json!({"_id": crate::accounts::object_id(&user.name), "user": user.name,
                        "fullname": user.name, "isPro": false, "type": "user",
                        "createdAt": "2023-01-01T00:00:00.000Z"}),
                ),
                None => refusals::no_such_page(),
            }
        }
        ["api", "models", ..] => in_repository(state, request, caller, 2, models::answer),
        ["api", "resolve-cache", "models", ..] => {
            in_repository(state, request, caller, 3, files::cached)
        }
        [_, "resolve" | "raw", ..] | [_, _, "resolve" | "raw", ..] => {
            in_repository(state, request, caller, 0, files::answer)
        }
        _ => refusals::no_such_page(),
    }
}

/// Finds the repository whose id begins at a segment, follows renames, keeps out who may not know
/// of it.
fn in_repository<'a>(
    state: &'a State,
    request: &'a Request,
    caller: Caller<'a>,
    at: usize,
    then: impl FnOnce(&Visit<'a>) -> Answer,
) -> Answer {
    let segments = request.segments.get(at..).unwrap_or_default();
    let api = at == 2;
    let by_id = |id: &str| state.repositories.iter().find(|it| it.id.eq_ignore_ascii_case(id));
    let by_former = |id: &str| {
        let mut repositories = state.repositories.iter();
        repositories.find(|it| it.former_ids.iter().any(|former| former == id))
    };
    let ids = [segments.get(..2).map(|two| two.join("/")), segments.first().cloned()];
    let mut found = None;
    for (id, words) in ids.into_iter().zip([2, 1]) {
        let Some(id) = id else { continue };
        if let Some(repository) = by_id(&id) {
            found = Some((repository, repository.id != id, words));
        } else if let Some(repository) = by_former(&id) {
            found = Some((repository, true, words));
        }
        if found.is_some() {
            break;
        }
    }
    let visible = found
        .filter(|(repository, ..)| !repository.private || repository.is_owned_by(caller.user()));
    let Some((repository, renamed, words)) = visible else {
        return match caller {
            Caller::Known(_) => refusals::no_such_repository(api),
            Caller::Anonymous | Caller::Stranger => refusals::unknown_user(api),
        };
    };
    if matches!(caller, Caller::Stranger) {
        return refusals::bad_token(api);
    }
    let rest = segments.get(words..).unwrap_or_default();
    // Old ids of one segment are resolved where they are; their API is redirected.
    if renamed && (api || words == 2) {
        let front: String = request.target.split('/').take(at + 1).collect::<Vec<_>>().join("/");
        let behind: String = request
            .target
            .splitn(at + 2 + words, '/')
            .nth(at + 1 + words)
            .map(|rest| format!("/{rest}"))
            .or_else(|| request.target.split_once('?').map(|(_, query)| format!("?{query}")))
            .unwrap_or_default();
        let location = format!("{front}/{}{behind}", repository.id);
        return Answer::redirect(307, &location);
    }
    then(&Visit { state, request, repository, caller, rest })
}

/// Adds what every reply of the endpoint has.
fn dressed(state: &State, request: &Request, mut answer: Answer) -> Answer {
    let (bucket, name, quotas) = match request.target.as_str() {
        target if target.starts_with("/api/resolve-cache/") => (1, "resolvers", (3000, 5000)),
        target if target.starts_with("/api/") => (0, "api", (500, 1000)),
        _ if request.segments.iter().any(|word| word == "resolve") => {
            (1, "resolvers", (3000, 5000))
        }
        _ => (2, "pages", (100, 200)),
    };
    let known = matches!(Caller::of(state, request), Caller::Known(_));
    let quota = state.quota.unwrap_or(if known { quotas.1 } else { quotas.0 });
    let used = state.counters[bucket].fetch_add(1, Ordering::Relaxed) + 1;
    let window = 300;
    let reset = window - state.started.elapsed().as_secs() % window;
    let left = quota.saturating_sub(used);
    if state.quota.is_some() && used > quota {
        answer = Answer::text(429, "Too Many Requests");
    }
    let left = if state.quota.is_some() { left } else { left.max(1) };
    let number = state.replies.fetch_add(1, Ordering::Relaxed);
    let trace = request.header("x-amzn-trace-id").map_or_else(
        || {
            let digits = sha256_hex(&number.to_le_bytes());
            [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..32]]
                .join("-")
        },
        str::to_owned,
    );
    if request.header("if-none-match").is_some_and(|tag| Some(tag) == answer.header("etag")) {
        answer.status = 304;
        answer.body = Body::Bytes(Vec::new());
    }
    let root = sha256_hex(format!("root {number}").as_bytes());
    if answer.header("vary").is_none() {
        answer = answer.with("Vary", "Origin");
    }
    answer
        .with("X-Powered-By", "huggingface-moon")
        .with("X-Request-Id", format_args!("Root=1-{}-{};{trace}", &root[..8], &root[8..32]))
        .with("RateLimit", format_args!("\"{name}\";r={left};t={reset}"))
        .with("RateLimit-Policy", format_args!("\"fixed window\";\"{name}\";q={quota};w={window}"))
        .with("Referrer-Policy", "strict-origin-when-cross-origin")
        .with("Access-Control-Allow-Origin", "https://huggingface.co")
        .with(
            "Access-Control-Expose-Headers",
            "X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,\
             Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag,X-Xet-Hash",
        )
        .with("Cross-Origin-Opener-Policy", "same-origin")
}
