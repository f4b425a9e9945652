//! Requests and replies, without sockets.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use crate::content::Content;
use crate::digests::weak_etag;

/// Which of the three servers was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Listener {
    /// The endpoint.
    Hub,
    /// Where large files are.
    Cdn,
    /// A host that has no business here.
    Foreign,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Route {
    /// `/api/models/{id}` and `…/revision/{rev}`.
    Info,
    /// `/api/models/{id}/tree/…`.
    Tree,
    /// `/api/models/{id}/paths-info/…`.
    PathsInfo,
    /// `/api/models/{id}/commits/…`.
    Commits,
    /// `/api/models/{id}/refs`.
    Refs,
    /// `/{id}/resolve/…`.
    Resolve,
    /// `/api/resolve-cache/…`, where the resolve route sends for small files.
    ResolveCache,
    /// `/{id}/raw/…`.
    Raw,
    /// `/api/whoami-v2`.
    Whoami,
    /// `/api/organizations/…` and `/api/users/…`.
    Overview,
    /// Any other page of the endpoint.
    Other,
    /// Anything at the CDN.
    Cdn,
    /// Anything at the foreign host.
    Foreign,
}

impl Route {
    /// What a path, in decoded segments, asks for.
    pub(crate) fn of(listener: Listener, segments: &[String]) -> Self {
        match listener {
            Listener::Cdn => return Self::Cdn,
            Listener::Foreign => return Self::Foreign,
            Listener::Hub => {}
        }
        let words: Vec<&str> = segments.iter().map(String::as_str).collect();
        let by_word = |word: &&str| match *word {
            "tree" => Some(Self::Tree),
            "paths-info" => Some(Self::PathsInfo),
            "commits" => Some(Self::Commits),
            "refs" => Some(Self::Refs),
            "revision" => Some(Self::Info),
            "scan" | "auth-check" | "treesize" => Some(Self::Other),
            _ => None,
        };
        match words.as_slice() {
            ["api", "models", rest @ ..] => rest
                .get(2)
                .and_then(by_word)
                .or_else(|| rest.get(1).and_then(by_word))
                .unwrap_or(Self::Info),
            ["api", "resolve-cache", ..] => Self::ResolveCache,
            ["api", "whoami-v2"] => Self::Whoami,
            ["api", "organizations" | "users", ..] => Self::Overview,
            ["api", ..] => Self::Other,
            [_, "resolve", ..] | [_, _, "resolve", ..] => Self::Resolve,
            [_, "raw", ..] | [_, _, "raw", ..] => Self::Raw,
            _ => Self::Other,
        }
    }
}

/// A request as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) listener: Listener,
    pub(crate) method: String,
    /// Path and query as sent.
    pub(crate) target: String,
    /// The segments of the path, decoded.
    pub(crate) segments: Vec<String>,
    /// The pairs of the query, decoded.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) route: Route,
    /// `owner/name/path` of a file that is asked for, wherever; else the decoded path.
    pub(crate) subject: String,
}

/// A head that is no HTTP/1.1 request.
#[derive(Debug)]
pub(crate) struct Malformed;

impl Request {
    /// Reads a head, without the empty line.
    pub(crate) fn parse(listener: Listener, head: &str) -> Result<Self, Malformed> {
        let mut lines = head.split("\r\n");
        let mut words = lines.next().ok_or(Malformed)?.split(' ');
        let (Some(method), Some(target), Some("HTTP/1.1"), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(Malformed);
        };
        let mut headers = Vec::new();
        for line in lines.filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':').ok_or(Malformed)?;
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let segments: Vec<String> =
            path.split('/').filter(|part| !part.is_empty()).map(decoded).collect();
        let query = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decoded(&key.replace('+', " ")), decoded(&value.replace('+', " ")))
            })
            .collect();
        Ok(Self {
            listener,
            method: method.to_owned(),
            target: target.to_owned(),
            route: Route::of(listener, &segments),
            subject: segments.join("/"),
            segments,
            query,
            headers,
            body: Vec::new(),
        })
    }

    /// A header by its name in any case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// A value of the query.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether a flag of the query is set.
    pub(crate) fn flag(&self, name: &str) -> bool {
        matches!(self.parameter(name), Some("true" | "True" | "1"))
    }

    /// The bearer token.
    pub(crate) fn token(&self) -> Option<&str> {
        self.header("authorization")?.strip_prefix("Bearer ")
    }

    pub(crate) fn is_head(&self) -> bool {
        self.method == "HEAD"
    }

    /// An explicit or open-ended range, as first byte and last byte. Suffixes and lists are not
    /// known to work at the CDN and are taken for no range at all.
    pub(crate) fn range(&self) -> Option<(u64, Option<u64>)> {
        let (first, last) = self.header("range")?.strip_prefix("bytes=")?.split_once('-')?;
        let last = if last.is_empty() { None } else { Some(last.parse().ok()?) };
        Some((first.parse().ok()?, last))
    }
}

/// Undoes percent-encoding; what is no encoding stays.
pub(crate) fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Percent-encodes everything but letters, digits and `-_.~`, and what is listed as safe.
pub(crate) fn encoded(text: &str, safe: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        let c = char::from(byte);
        if byte.is_ascii_alphanumeric() || "-_.~".contains(c) || safe.contains(c) {
            out.push(c);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The bytes of a reply.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    Bytes(Vec<u8>),
    Part { content: Arc<Content>, start: u64, length: u64 },
}

impl Body {
    pub(crate) fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Part { length, .. } => *length,
        }
    }

    /// Fills the buffer with what follows `at`.
    pub(crate) fn read_at(&self, at: u64, buffer: &mut [u8]) {
        match self {
            Self::Bytes(bytes) => {
                buffer.copy_from_slice(&bytes[at as usize..][..buffer.len()]);
            }
            Self::Part { content, start, .. } => content.read_at(start + at, buffer),
        }
    }
}

/// A reply before anything goes wrong with it.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Body,
}

impl Answer {
    pub(crate) fn new(status: u16, body: Body) -> Self {
        Self { status, headers: Vec::new(), body }
    }

    /// JSON with its weak entity tag.
    pub(crate) fn json(status: u16, value: &Value) -> Self {
        let body = value.to_string().into_bytes();
        let tag = weak_etag(&body);
        Self::new(status, Body::Bytes(body))
            .with("Content-Type", "application/json; charset=utf-8")
            .with("ETag", tag)
    }

    /// Text with its weak entity tag.
    pub(crate) fn text(status: u16, text: &str) -> Self {
        Self::new(status, Body::Bytes(text.into()))
            .with("Content-Type", "text/plain; charset=utf-8")
            .with("ETag", weak_etag(text.as_bytes()))
    }

    /// A redirect with the text that Express puts under it, and no entity tag.
    pub(crate) fn redirect(status: u16, location: &str) -> Self {
        let text = format!("{}. Redirecting to {location}", reason(status));
        Self::new(status, Body::Bytes(text.into_bytes()))
            .with("Content-Type", "text/plain; charset=utf-8")
            .with("Location", location)
    }

    pub(crate) fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Replaces a header, or removes it.
    pub(crate) fn set(&mut self, name: &str, value: Option<String>) {
        self.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        if let Some(value) = value {
            self.headers.push((name.to_owned(), value));
        }
    }
}

/// The reason phrase of a status.
pub(crate) fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        206 => "Partial Content",
        302 => "Found",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        416 => "Range Not Satisfiable",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read() {
        let head = "GET /api/models/a/b/tree/refs%2Fpr%2F1/x%20y?recursive=true&expand%5B%5D=sha HTTP/1.1\r\n\
                    Host: x\r\nrange: bytes=3-9\r\nAuthorization: Bearer hf_x\r\n";
        let request = Request::parse(Listener::Hub, head).unwrap();
        assert_eq!(request.segments, ["api", "models", "a", "b", "tree", "refs/pr/1", "x y"]);
        assert_eq!(request.parameter("expand[]"), Some("sha"));
        assert!(request.flag("recursive"));
        assert_eq!(request.range(), Some((3, Some(9))));
        assert_eq!(request.token(), Some("hf_x"));
        assert_eq!(request.route, Route::Tree);
        assert!(Request::parse(Listener::Hub, "GET /\r\n").is_err());
        assert!(Request::parse(Listener::Hub, "GET / HTTP/1.1\r\nnonsense\r\n").is_err());
    }

    #[test]
    fn routes_are_told_apart() {
        let route = |path: &str| {
            let head = format!("GET {path} HTTP/1.1\r\n");
            Request::parse(Listener::Hub, &head).unwrap().route
        };
        assert_eq!(route("/api/models/gpt2"), Route::Info);
        assert_eq!(route("/api/models/gpt2/tree/main"), Route::Tree);
        assert_eq!(route("/api/models/a/b/revision/tree"), Route::Info);
        assert_eq!(route("/api/models/a/b/refs"), Route::Refs);
        assert_eq!(route("/gpt2/resolve/main/raw/x"), Route::Resolve);
        assert_eq!(route("/a/b/raw/main/x"), Route::Raw);
        assert_eq!(route("/api/resolve-cache/models/a/b/c/x"), Route::ResolveCache);
    }

    #[test]
    fn encoding_goes_there_and_back() {
        let text = "sub/ä ö%.bin";
        assert_eq!(decoded(&encoded(text, "/")), text);
        assert_eq!(encoded("a/b", ""), "a%2Fb");
        assert_eq!(decoded("%zz%4"), "%zz%4");
    }
}
