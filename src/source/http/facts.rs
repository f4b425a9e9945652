//! What the endpoint says in the heads of its replies.

use ureq::http::HeaderMap;

use super::token::Token;

/// Longest header value that is kept.
const LONGEST: usize = 8192;

/// What the endpoint says in the heads of its replies. Replies of other servers add nothing: the
/// `ETag` of the content network is 64 hexadecimal digits as well, and another digest.
///
/// All texts are untrusted; a token that the server repeats is masked in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::source) struct Facts {
    /// `X-Repo-Commit`.
    pub(in crate::source) repo_commit: Option<String>,
    /// `X-Linked-Etag`, without `W/` and quotes: of the file, whatever the reply holds.
    pub(in crate::source) linked_etag: Option<String>,
    /// `X-Linked-Size`: bytes of the file.
    pub(in crate::source) linked_size: Option<u64>,
    /// `ETag` of a reply that is no redirect, without quotes; none if it is a weak one, which
    /// names the wording of a reply and not a file.
    pub(in crate::source) etag: Option<String>,
    /// `X-Error-Code`.
    pub(in crate::source) error_code: Option<String>,
    /// `X-Error-Message`.
    pub(in crate::source) error_message: Option<String>,
    /// `Link`, all of them with commas in between.
    pub(in crate::source) link: Option<String>,
    /// `X-Total-Count`.
    pub(in crate::source) total_count: Option<u64>,
    /// `X-Request-Id`.
    pub(in crate::source) request_id: Option<String>,
    /// `RateLimit`.
    pub(in crate::source) rate_limit: Option<String>,
}

impl Facts {
    /// Adds what a further reply of the endpoint says; what it repeats, it replaces.
    pub(super) fn keep(&mut self, headers: &HeaderMap, is_redirect: bool, token: Option<&Token>) {
        let text = |name: &str| {
            value(headers, name).map(|text| match token {
                Some(token) => token.scrub(text),
                None => text.to_owned(),
            })
        };
        let number = |name: &str| value(headers, name).and_then(|text| text.trim().parse().ok());
        let replace = |kept: &mut Option<String>, new: Option<String>| {
            if new.is_some() {
                *kept = new;
            }
        };
        replace(&mut self.repo_commit, text("x-repo-commit").map(|text| text.trim().to_owned()));
        replace(
            &mut self.linked_etag,
            text("x-linked-etag").map(|text| unquoted(text.trim().trim_start_matches("W/"))),
        );
        self.linked_size = number("x-linked-size").or(self.linked_size);
        if !is_redirect {
            let strong = text("etag").filter(|text| !text.trim_start().starts_with("W/"));
            replace(&mut self.etag, strong.map(|text| unquoted(text.trim())));
        }
        replace(&mut self.error_code, text("x-error-code"));
        replace(&mut self.error_message, text("x-error-message"));
        replace(&mut self.link, links(headers));
        self.total_count = number("x-total-count").or(self.total_count);
        replace(&mut self.request_id, text("x-request-id"));
        replace(&mut self.rate_limit, text("ratelimit"));
    }
}

/// The first value of a header, if it is text of a sane length.
pub(super) fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().filter(|text| text.len() <= LONGEST)
}

fn links(headers: &HeaderMap) -> Option<String> {
    let links: Vec<&str> =
        headers.get_all("link").iter().filter_map(|value| value.to_str().ok()).collect();
    (!links.is_empty()).then(|| links.join(", "))
}

fn unquoted(text: &str) -> String {
    text.trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_redirect_has_no_etag_of_its_own_and_says_that_of_the_file() {
        let mut facts = Facts::default();
        let redirect = [
            ("etag", "\"redirect\""),
            ("x-linked-etag", "\"cd44\""),
            ("x-linked-size", "1048576"),
            ("x-repo-commit", "bcf51b2e"),
        ];
        facts.keep(&headers(&redirect), true, None);
        assert_eq!((facts.etag.as_deref(), facts.linked_etag.as_deref()), (None, Some("cd44")));
        assert_eq!(
            (facts.linked_size, facts.repo_commit.as_deref()),
            (Some(1_048_576), Some("bcf51b2e"))
        );
        facts.keep(&headers(&[("etag", "\"10c6\"")]), false, None);
        assert_eq!(facts.etag.as_deref(), Some("10c6"));
        facts.keep(&headers(&[("etag", "W/\"52b-x\"")]), false, None);
        assert_eq!(facts.etag.as_deref(), Some("10c6"));
    }

    #[test]
    fn a_token_that_is_repeated_is_masked() {
        let token = Token::parse("hf_secret").unwrap().unwrap();
        let mut facts = Facts::default();
        let repeated =
            [("x-error-message", "Bearer hf_secret is wrong"), ("x-request-id", "hf_secret")];
        facts.keep(&headers(&repeated), false, Some(&token));
        assert!(!format!("{facts:?}").contains("secret"), "{facts:?}");
    }

    #[test]
    fn links_of_several_headers_are_one() {
        let mut facts = Facts::default();
        facts.keep(&headers(&[("link", "<a>; rel=next"), ("link", "<b>; rel=x")]), false, None);
        assert_eq!(facts.link.as_deref(), Some("<a>; rel=next, <b>; rel=x"));
    }
}
