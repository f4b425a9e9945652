//! Turns a good reply into what is really sent.

use std::time::Duration;

use super::{Fault, Garbage, RangeLie};
use crate::message::{Answer, Body, Request, reason};

/// How a connection goes on after a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Keep,
    Close,
    Reset,
}

/// What is sent.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) status: u16,
    pub(crate) head: Vec<u8>,
    pub(crate) body: Body,
    /// How many bytes of the body.
    pub(crate) send: u64,
    /// Zeros or spaces that follow them.
    pub(crate) extra: u64,
    pub(crate) filler: u8,
    /// A place in the body whose lowest bit is turned.
    pub(crate) flip: Option<u64>,
    pub(crate) drip: Option<(usize, Duration, Duration)>,
    pub(crate) ending: Ending,
}

/// Where the servers are, for redirects.
#[derive(Clone, Debug)]
pub(crate) struct Origins {
    pub(crate) own: String,
    pub(crate) foreign: String,
}

impl Delivery {
    /// A reply as it should be, or with a fault.
    pub(crate) fn plan(
        mut answer: Answer,
        fault: Option<&Fault>,
        request: &Request,
        origins: &Origins,
    ) -> Self {
        if let Some(fault) = fault {
            change(&mut answer, fault, request, origins);
        }
        let announced = answer.body.length();
        let mut delivery = Self {
            status: answer.status,
            head: Vec::new(),
            send: if request.is_head() || answer.status == 304 { 0 } else { announced },
            extra: 0,
            filler: 0,
            flip: None,
            drip: None,
            ending: Ending::Keep,
            body: answer.body.clone(),
        };
        let mut length = Some(announced);
        let has_body = delivery.send > 0;
        match fault {
            Some(Fault::ResetBeforeReply) => return delivery.nothing(Ending::Reset),
            Some(Fault::ClosedBeforeReply) => return delivery.nothing(Ending::Close),
            Some(Fault::NotHttp) => {
                delivery = delivery.nothing(Ending::Close);
                delivery.head = b"\x15\x03\x01\x00\x02\x02\x16 not HTTP\r\n\r\n".to_vec();
                return delivery;
            }
            Some(Fault::ResetWithin(after)) if has_body => {
                delivery.send = delivery.send.saturating_sub(1).min(*after);
                delivery.ending = Ending::Reset;
            }
            Some(Fault::Truncated(after)) if has_body => {
                delivery.send = delivery.send.saturating_sub(1).min(*after);
                delivery.ending = Ending::Close;
            }
            Some(Fault::Overlong(extra)) if has_body => {
                delivery.extra = *extra;
                length = Some(announced + extra);
            }
            Some(Fault::Unannounced(extra)) if has_body => {
                delivery.extra = *extra;
                delivery.ending = Ending::Close;
            }
            Some(Fault::EndlessBody(at_most)) if has_body => {
                delivery.extra = at_most.saturating_sub(delivery.send);
                delivery.filler = b' ';
                delivery.ending = Ending::Close;
                length = None;
            }
            Some(Fault::Drip { piece, pause, at_most }) => {
                delivery.drip = Some((*piece, *pause, *at_most));
            }
            Some(Fault::FlippedBit(offset)) => {
                if let Body::Part { start, length, .. } = &delivery.body {
                    delivery.flip =
                        offset.checked_sub(*start).filter(|place| place < length && has_body);
                }
            }
            _ => {}
        }
        answer.set("Content-Length", length.map(|length| length.to_string()));
        let keep = delivery.ending == Ending::Keep;
        answer.set("Connection", Some(if keep { "keep-alive" } else { "close" }.to_owned()));
        let mut head = format!("HTTP/1.1 {} {}\r\n", answer.status, reason(answer.status));
        for (name, value) in &answer.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        delivery.head = head.into_bytes();
        delivery
    }

    fn nothing(mut self, ending: Ending) -> Self {
        (self.send, self.ending) = (0, ending);
        self
    }
}

/// Changes status, headers or body.
fn change(answer: &mut Answer, fault: &Fault, request: &Request, origins: &Origins) {
    match fault {
        Fault::Status(status) => {
            *answer = Answer::new(*status, Body::Bytes(Vec::new()));
        }
        Fault::HtmlPage(status) => {
            let page = format!(
                "<!DOCTYPE html><html><head><title>{status}</title></head>\
                 <body><h1>{status}</h1><p>Something went wrong.</p></body></html>"
            );
            *answer = Answer::new(*status, Body::Bytes(page.into_bytes()))
                .with("Content-Type", "text/html; charset=utf-8");
        }
        Fault::TooManyRequests { reset, retry_after } => {
            let bucket = if request.target.starts_with("/api/") { "api" } else { "resolvers" };
            *answer = Answer::text(429, "Too Many Requests")
                .with("RateLimit", format_args!("\"{bucket}\";r=0;t={reset}"))
                .with(
                    "RateLimit-Policy",
                    format_args!("\"fixed window\";\"{bucket}\";q=500;w=300"),
                );
            if let Some(seconds) = retry_after {
                answer.set("Retry-After", Some(seconds.to_string()));
            }
        }
        Fault::RedirectLoop => {
            *answer = Answer::redirect(302, &format!("{}{}", origins.own, request.target));
        }
        Fault::RedirectForeign => {
            *answer = Answer::redirect(302, &format!("{}{}", origins.foreign, request.target));
        }
        Fault::WrongRange(lie) if answer.status == 206 => lie_about_range(answer, *lie),
        Fault::WholeFile if answer.status == 206 => {
            if let Body::Part { content, start, length } = &mut answer.body {
                (*start, *length) = (0, content.length());
                answer.status = 200;
                answer.set("Content-Range", None);
            }
        }
        Fault::OtherCommit if answer.header("X-Repo-Commit").is_some() => {
            answer.set("X-Repo-Commit", Some("c0ffee".repeat(7)[..40].to_owned()));
        }
        Fault::OtherSize(by) => other_size(answer, *by),
        Fault::GarbageJson(garbage) if is_json(answer) => {
            let Body::Bytes(good) = &answer.body else { return };
            let bad = match garbage {
                Garbage::Cut => good[..good.len() / 2].to_vec(),
                Garbage::Null => b"null".to_vec(),
                Garbage::WrongTypes => {
                    br#"{"id":7,"sha":["x"],"siblings":{"a":1},"gated":[],"private":"no"}"#.to_vec()
                }
                Garbage::Nested => [b"[".repeat(40_000), b"]".repeat(40_000)].concat(),
                Garbage::Binary => (0..=255).cycle().take(good.len()).collect(),
            };
            answer.body = Body::Bytes(bad);
        }
        Fault::WrongContentType(other) => {
            answer.set("Content-Type", Some((*other).to_owned()));
        }
        Fault::ContentEncoding(other) => {
            answer.set("Content-Encoding", Some((*other).to_owned()));
        }
        Fault::EndlessPages | Fault::RepeatedPage | Fault::ForeignPage if is_list(answer) => {
            let (path, _) = request.target.split_once('?').unwrap_or((&request.target, ""));
            let number: u64 = request
                .parameter("cursor")
                .and_then(|cursor| cursor.strip_prefix("endless-")?.parse().ok())
                .unwrap_or(0);
            let next = match fault {
                Fault::RepeatedPage => format!("{}{}", origins.own, request.target),
                Fault::EndlessPages => {
                    format!("{}{path}?{}", origins.own, next_query(request, number + 1))
                }
                _ => format!("{}{path}?{}", origins.foreign, next_query(request, number + 1)),
            };
            answer.set("Link", Some(format!("<{next}>; rel=\"next\"")));
        }
        _ => {}
    }
}

/// The query of a request with another cursor.
fn next_query(request: &Request, number: u64) -> String {
    let mut pairs: Vec<String> = request
        .query
        .iter()
        .filter(|(key, _)| key != "cursor")
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    pairs.push(format!("cursor=endless-{number}"));
    pairs.join("&")
}

fn is_json(answer: &Answer) -> bool {
    answer.header("Content-Type").is_some_and(|kind| kind.starts_with("application/json"))
}

fn is_list(answer: &Answer) -> bool {
    is_json(answer) && matches!(&answer.body, Body::Bytes(bytes) if bytes.starts_with(b"["))
}

fn lie_about_range(answer: &mut Answer, lie: RangeLie) {
    let Body::Part { content, start, length } = &mut answer.body else { return };
    let total = content.length();
    match lie {
        RangeLie::Shifted => {
            // A file that was asked for to its end has no further byte: then one earlier.
            *start = if *start + *length < total { *start + 1 } else { start.saturating_sub(1) };
            let last = *start + *length - 1;
            let range = format!("bytes {start}-{last}/{total}");
            answer.set("Content-Range", Some(range));
        }
        RangeLie::OtherTotal => {
            let last = *start + *length - 1;
            let range = format!("bytes {start}-{last}/{}", total + 1);
            answer.set("Content-Range", Some(range));
        }
        RangeLie::Missing => answer.set("Content-Range", None),
        RangeLie::Nonsense => answer.set("Content-Range", Some("bytes of old/some".to_owned())),
    }
}

fn other_size(answer: &mut Answer, by: i64) {
    let moved = |text: &str| -> Option<String> {
        Some(text.parse::<u64>().ok()?.saturating_add_signed(by).to_string())
    };
    if let Some(size) = answer.header("X-Linked-Size").and_then(moved) {
        answer.set("X-Linked-Size", Some(size));
    }
    let range = answer.header("Content-Range").and_then(|range| {
        let (front, total) = range.split_once('/')?;
        Some(format!("{front}/{}", moved(total)?))
    });
    if let Some(range) = range {
        answer.set("Content-Range", Some(range));
    }
}
