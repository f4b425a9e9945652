//! Why a request came to nothing. What is shown holds neither a token nor a signed address.

use std::io;
use std::time::Duration;

use url::Url;

use crate::base::Untrusted;

/// Most characters of a server's own words that are shown.
const WORDS: usize = 300;

/// A request that came to nothing.
#[derive(Clone, Debug, thiserror::Error)]
#[error("GET {address}: {reason}{}", quoted_id(.request_id.as_deref()))]
pub(in crate::source) struct HttpError {
    address: String,
    reason: Reason,
    request_id: Option<String>,
    /// How long the server asked to wait before the next attempt.
    wait: Option<Duration>,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::source) enum Reason {
    /// The connection, or what is sent over it.
    #[error("{0}")]
    Transport(Transport),
    /// A status that may be another one next time.
    #[error("the server answered {status}{}", said(.message.as_deref()))]
    Unavailable {
        /// 408, 429, 500, 502, 503 or 504.
        status: u16,
        /// What it says.
        message: Option<String>,
    },
    /// Longer than a run should wait.
    #[error(
        "the server answered {status} and asks to wait {asked} s, which is longer than a run \
         waits; try again later{}",
        rate_limit_hint(*.status)
    )]
    AskedToWait {
        /// The status.
        status: u16,
        /// Seconds.
        asked: u64,
    },
    /// A redirect that is not followed.
    #[error("the redirect was not followed: {0}")]
    Redirect(Redirect),
    /// More bytes than anything of this kind has.
    #[error("the reply is larger than {0} bytes, which is the limit for what it should hold")]
    TooLarge(u64),
    /// Bytes that are not those of the file.
    #[error("the reply is encoded (`{0}`) although that was ruled out")]
    Encoded(String),
    /// Nothing but the endpoint is asked for what the Hub says.
    #[error("it is not at the configured endpoint, so it was not asked")]
    Foreign,
    /// A reply to a request for a range that does not fit it.
    #[error("the reply does not fit the range that was asked for: {0}")]
    Range(String),
    /// Reading the end of a file would mean reading all of it.
    #[error("the server does not answer requests for ranges, which this file is too large for")]
    NoRanges,
    /// The file is not the one that was listed.
    #[error("the file changed between listing and reading: {0}; run again")]
    Changed(String),
    /// No access, or nothing there.
    #[error("the server answered {1}: {0}")]
    Refused(Refusal, u16),
    /// A status that nothing here knows what to do with.
    #[error("the server answered {status}{}", said(.message.as_deref()))]
    Unexpected {
        /// The status.
        status: u16,
        /// What it says.
        message: Option<String>,
    },
}

/// What went wrong on the way.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::source) enum Transport {
    /// Nothing came in time.
    #[error(
        "no answer in time ({0}); check the network, or raise `HF_HUB_ETAG_TIMEOUT` and `HF_HUB_DOWNLOAD_TIMEOUT`"
    )]
    Timeout(&'static str),
    /// Too little came in time.
    #[error("the bytes come too slowly; check the network and try again")]
    Slow,
    /// No such host.
    #[error("the host is not known; check the network, the proxy and `HF_ENDPOINT`")]
    UnknownHost,
    /// The proxy.
    #[error("the proxy does not let the request through; check `HTTPS_PROXY` and `NO_PROXY`")]
    Proxy,
    /// The connection broke.
    #[error("the connection failed: {0}")]
    Connection(String),
    /// The certificate of the server.
    #[error(
        "the server cannot prove who it is: {0}; if its certificate comes from an authority of your own, name the file in `SSL_CERT_FILE`"
    )]
    Certificate(String),
    /// No HTTP, or one that nobody speaks.
    #[error("the reply is not valid HTTP")]
    Protocol,
    /// The request cannot be written.
    #[error("the address cannot be asked")]
    Address,
}

/// Why a redirect was not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::source) enum Redirect {
    /// The limit.
    #[error("there were more than 5 in a row")]
    TooMany,
    /// A circle.
    #[error("it leads back to where it came from")]
    Loop,
    /// From https to http.
    #[error("it leads from https to http")]
    Downgrade,
    /// No address.
    #[error("it names no address that can be followed")]
    Location,
    /// To a stranger, with what only the endpoint can say.
    #[error("it leads away from the configured endpoint, which alone can answer this")]
    Foreign,
    /// With the secret.
    #[error("its address contains the token")]
    Token,
}

/// Why the endpoint keeps a file to itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::source) enum Refusal {
    /// The terms were not accepted.
    #[error(
        "access to the repository is restricted{}; accept its terms on its page on the Hub, and \
         set `HF_TOKEN` to a token of that account",
        said(.0.as_deref())
    )]
    Gated(Option<String>),
    /// The token.
    #[error("the token is not accepted; renew the one in `HF_TOKEN`, or unset it")]
    BadToken,
    /// No access, for no reason that is given.
    #[error("access is denied{}; set `HF_TOKEN` to a token that may read the repository", said(.0.as_deref()))]
    Denied(Option<String>),
    /// Nothing that the asker may know of.
    #[error(
        "it does not exist, or it is private and {}",
        if *.0 { "the token has no access" } else { "no token is set (`HF_TOKEN`)" }
    )]
    MissingOrPrivate(bool),
    /// The listing names a file that is not there.
    #[error("it is listed and not there{}", said(.0.as_deref()))]
    Missing(Option<String>),
}

impl HttpError {
    pub(super) fn new(url: &Url, endpoint: &Url, reason: Reason) -> Self {
        Self { address: shown(url, endpoint), reason, request_id: None, wait: None }
    }

    /// With the id by which the operators of the Hub find the request.
    pub(super) fn with_request_id(mut self, id: Option<String>) -> Self {
        self.request_id = id;
        self
    }

    /// With the time that the server asked to wait.
    pub(super) fn with_wait(mut self, wait: Option<Duration>) -> Self {
        self.wait = wait;
        self
    }

    /// In place of its reason another one.
    pub(super) fn because(mut self, reason: Reason) -> Self {
        self.reason = reason;
        self
    }

    /// What went wrong.
    pub(in crate::source) fn reason(&self) -> &Reason {
        &self.reason
    }

    pub(super) fn wait(&self) -> Option<Duration> {
        self.wait
    }

    /// Whether the same request may succeed later.
    pub(super) fn is_transient(&self) -> bool {
        match &self.reason {
            Reason::Transport(transport) => {
                !matches!(transport, Transport::Address | Transport::Certificate(_))
            }
            Reason::Unavailable { .. } | Reason::Range(_) => true,
            Reason::AskedToWait { .. }
            | Reason::Redirect(_)
            | Reason::TooLarge(_)
            | Reason::Encoded(_)
            | Reason::Foreign
            | Reason::Changed(_)
            | Reason::NoRanges
            | Reason::Refused(..)
            | Reason::Unexpected { .. } => false,
        }
    }
}

impl HttpError {
    /// Whether the time ran out, which another try with all patience would cost once more.
    pub(super) fn ran_out_of_time(&self) -> bool {
        matches!(&self.reason, Reason::Transport(Transport::Timeout(_) | Transport::Slow))
    }
}

/// An address as it may be shown: at the endpoint without its query; elsewhere the host only,
/// because addresses of content networks are signed and open the file to whoever reads them.
pub(super) fn shown(url: &Url, endpoint: &Url) -> String {
    let origin = url.origin().ascii_serialization();
    if url.origin() == endpoint.origin() {
        format!("{origin}{}", Untrusted(url.path()))
    } else {
        format!("{origin}/…")
    }
}

/// Whether a status may be another one next time.
pub(super) fn is_transient_status(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
}

/// What went wrong on the way, without any address.
pub(super) fn transport(error: &ureq::Error) -> Transport {
    match error {
        ureq::Error::Timeout(phase) => Transport::Timeout(match phase {
            ureq::Timeout::Connect | ureq::Timeout::Resolve => "connecting",
            ureq::Timeout::SendRequest => "sending the request",
            ureq::Timeout::RecvResponse => "waiting for the reply",
            _ => "reading the reply",
        }),
        ureq::Error::Io(error) => broken(error),
        ureq::Error::HostNotFound => Transport::UnknownHost,
        ureq::Error::ConnectProxyFailed(_) | ureq::Error::InvalidProxyUrl => Transport::Proxy,
        ureq::Error::Rustls(error) => secured(&error.to_string()),
        ureq::Error::Tls(text) => Transport::Connection((*text).to_owned()),
        ureq::Error::ConnectionFailed => Transport::Connection("it was not accepted".to_owned()),
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => Transport::Address,
        _ => Transport::Protocol,
    }
}

/// What went wrong while a body was read.
pub(super) fn broken(error: &io::Error) -> Transport {
    if let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>()) {
        return transport(inner);
    }
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
            Transport::Timeout("reading the reply")
        }
        io::ErrorKind::UnexpectedEof => {
            Transport::Connection("it was closed before the end".to_owned())
        }
        io::ErrorKind::InvalidData => secured(&error.to_string()),
        _ => Transport::Connection(format!("{:.WORDS$}", Untrusted(&error.to_string()))),
    }
}

/// What TLS reports. Its errors come as text; only those about certificates matter to the user.
fn secured(text: &str) -> Transport {
    let shown = format!("{:.WORDS$}", Untrusted(text));
    if text.contains("certificate") {
        Transport::Certificate(shown)
    } else {
        Transport::Connection(shown)
    }
}

fn said(message: Option<&str>) -> String {
    message
        .filter(|message| !message.trim().is_empty())
        .map(|message| format!(" (\"{:.WORDS$}\")", Untrusted(message.trim())))
        .unwrap_or_default()
}

fn quoted_id(id: Option<&str>) -> String {
    id.map(|id| format!(" (request {:.WORDS$})", Untrusted(id))).unwrap_or_default()
}

fn rate_limit_hint(status: u16) -> &'static str {
    if status == 429 { ", or set `HF_TOKEN` for a larger allowance" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_addresses_are_not_shown() {
        let endpoint: Url = "https://hub.example/".parse().unwrap();
        let error = |url: &str, reason| {
            let error = HttpError::new(&url.parse().unwrap(), &endpoint, reason);
            format!("{error} {error:?}")
        };
        let text = error(
            "https://cdn.example/xet/secret-path?Signature=secret&Policy=secret",
            Reason::Unavailable { status: 503, message: None },
        );
        assert!(text.contains("GET https://cdn.example/…: the server answered 503"), "{text}");
        assert!(!text.contains("secret"), "{text}");
        let text = error("https://hub.example/api/models/a?cursor=secret", Reason::Foreign);
        assert!(text.contains("GET https://hub.example/api/models/a:"), "{text}");
        assert!(!text.contains("secret"), "{text}");
        let text = error("https://user:secret@hub.example:444/a", Reason::Foreign);
        assert!(!text.contains("secret"), "{text}");
    }

    #[test]
    fn words_of_a_server_are_untrusted() {
        let endpoint: Url = "https://hub.example/".parse().unwrap();
        let message = Some(format!("::error::\n{}", "x".repeat(1000)));
        let error =
            HttpError::new(&endpoint, &endpoint, Reason::Unexpected { status: 400, message })
                .with_request_id(Some("Root=1\r\n::x".to_owned()))
                .to_string();
        assert!(error.lines().count() == 1 && error.len() < 600, "{error}");
        assert!(error.contains("(request Root=1\\r\\n::x)"), "{error}");
    }
}
