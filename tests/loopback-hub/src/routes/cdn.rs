//! The second host: signed addresses, ranges, no questions asked.

use std::sync::Arc;

use crate::content::Content;
use crate::digests::{hex, sha256_hex};
use crate::message::{Answer, Body, Request, encoded};
use crate::repository::{File, Repository};
use crate::server::State;

/// The first segment of every path.
pub(super) const PREFIX: &str = "xet-bridge-us";

/// The signed address of a file.
pub(super) fn address(state: &State, repository: &Repository, path: &str, file: &File) -> String {
    let hash = file.xet_hash();
    let owner = crate::accounts::object_id(&repository.id);
    let disposition = encoded(&disposition(path), "");
    // As long as real ones: the policy alone takes half a kilobyte.
    let policy = hex(sha256_hex(hash.as_bytes()).repeat(4).as_bytes());
    format!(
        "{}/{PREFIX}/{owner}/{hash}?Expires=1900000000&Hash-Algorithm=SHA256&Key-Pair-Id=K2L8F4GPSG1IFC\
         &Policy={policy}&Signature={}&response-content-disposition={disposition}&user_id=public",
        state.cdn,
        signature(&hash),
    )
}

fn signature(hash: &str) -> String {
    sha256_hex(format!("signed {hash}").as_bytes())
}

/// How a file presents itself.
pub(super) fn disposition(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let plain: String =
        name.chars().map(|c| if c.is_ascii() && c != '"' { c } else { '?' }).collect();
    format!("inline; filename*=UTF-8''{}; filename=\"{plain}\";", encoded(name, ""))
}

pub(super) fn answer(state: &State, request: &Request) -> Answer {
    let hash = request.segments.last().map_or("", String::as_str);
    let signed = request.parameter("Signature").is_some_and(|it| it == signature(hash));
    let Some((_, path, file)) = state.by_hash(hash).filter(|_| signed) else {
        let body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>AccessDenied</Code>\
                    <Message>Access denied</Message></Error>";
        return Answer::new(403, Body::Bytes(body.into()))
            .with("Content-Type", "application/xml")
            .with("X-Cache", "Error from cloudfront");
    };
    let answer = ranged(request, &file.sent)
        .with("ETag", format_args!("\"{hash}\""))
        .with("Content-Disposition", disposition(path))
        .with("Cache-Control", "public, max-age=31536000")
        .with("X-Cache", "Hit from cloudfront");
    if answer.status == 416 {
        return answer;
    }
    answer.with("Content-Type", "application/octet-stream")
}

/// A file or the range of it that was asked for.
pub(super) fn ranged(request: &Request, content: &Arc<Content>) -> Answer {
    let total = content.length();
    let part = |start: u64, length: u64| Body::Part { content: Arc::clone(content), start, length };
    let answer = match request.range() {
        None => Answer::new(200, part(0, total)),
        Some((first, last)) => {
            let last = last.unwrap_or(u64::MAX).min(total.saturating_sub(1));
            if first >= total || last < first {
                Answer::new(416, Body::Bytes(Vec::new()))
                    .with("Content-Range", format_args!("bytes */{total}"))
            } else {
                Answer::new(206, part(first, last - first + 1))
                    .with("Content-Range", format_args!("bytes {first}-{last}/{total}"))
            }
        }
    };
    answer.with("Accept-Ranges", "bytes")
}
