//! Addresses: `hf://`, and those of the web.

use super::{Expected, Meaning, RepoId, is_template};

/// What stands behind `hf://`: `org/name`, `org/name@rev/path`, `org/name:rev`.
pub(super) fn hub_path(rest: &str) -> Option<Meaning> {
    let rest = rest.strip_prefix("models/").unwrap_or(rest);
    let mut parts = rest.split('/');
    let first = parts.next()?;
    if matches!(first, "datasets" | "spaces" | "buckets") {
        return None;
    }
    if is_template(rest) {
        return None;
    }
    let text = match parts.next() {
        Some(second) if !second.is_empty() => format!("{first}/{second}"),
        _ => first.to_owned(),
    };
    let (name, revision) = match text.split_once(['@', ':']) {
        Some((name, revision)) => (name, Some(revision.replace("%2F", "/"))),
        None => (text.as_str(), None),
    };
    Some(Meaning::Hub(name.parse().ok()?, revision.filter(|text| !text.is_empty())))
}

/// An address on the web: a repository of the Hub, or a model somewhere else.
pub(super) fn address(scheme: &str, rest: &str, expected: Expected) -> Option<Meaning> {
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    // `https://user:token@huggingface.co/…`
    let host = host.rsplit('@').next().unwrap_or(host);
    let on_hub = matches!(host, "huggingface.co" | "www.huggingface.co" | "hf.co");
    if on_hub && matches!(scheme, "http" | "https" | "git" | "ssh" | "git+https") {
        let any_page = expected != Expected::Anything;
        return web_path(path, any_page).map(|(id, revision)| Meaning::Address(id, revision));
    }
    let taken = matches!(expected, Expected::Model | Expected::File);
    (taken && !is_template(rest) && !matches!(scheme, "file")).then_some(Meaning::Elsewhere)
}

/// Repository and revision of a path below the Hub's address. `any_page` takes the page of a
/// repository, too; else only its files count.
pub(super) fn web_path(path: &str, any_page: bool) -> Option<(RepoId, Option<String>)> {
    const NO_PUBLISHERS: &[&str] = &[
        "api",
        "blog",
        "chat",
        "collections",
        "datasets",
        "docs",
        "enterprise",
        "front",
        "join",
        "learn",
        "login",
        "models",
        "new",
        "organizations",
        "papers",
        "pricing",
        "posts",
        "settings",
        "spaces",
        "tasks",
        "terms-of-service",
        "privacy",
        "inference",
        "storage",
        "support",
        "huggingface",
    ];
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let first = parts.next()?;
    if NO_PUBLISHERS.contains(&first) || is_template(path) {
        return None;
    }
    let second = parts.next()?;
    let below = ["resolve", "raw", "blob", "tree"];
    // `gpt2/resolve/main/…`: an old repository without an organisation.
    if below.contains(&second) {
        let revision = parts.next().map(str::to_owned);
        return Some((first.parse().ok()?, revision));
    }
    let name = second.split(':').next().unwrap_or(second);
    let name = name.strip_suffix(".git").unwrap_or(name);
    let id: RepoId = format!("{first}/{name}").parse().ok()?;
    match parts.next() {
        Some(part) if matches!(part, "resolve" | "raw") || (any_page && below.contains(&part)) => {
            // A revision with slashes is written `refs%2Fpr%2F1`.
            let revision = parts.next().map(|text| text.replace("%2F", "/"));
            Some((id, revision))
        }
        None if any_page => Some((id, None)),
        _ => None,
    }
}
