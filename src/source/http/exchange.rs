//! One request and what it leads to, redirects followed by hand.

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;
use ureq::http::{HeaderMap, Response};
use ureq::{Agent, Body};
use url::Url;

use super::body::Incoming;
use super::client::Client;
use super::content_range::ByteRange;
use super::error::{HttpError, Reason, Redirect, is_transient_status, transport};
use super::facts::{Facts, value};
use super::pace::Pace;
use super::proxies::Route;
use super::rate_limit::asked_wait;
use super::settings::{Settings, USER_AGENT};

/// Most redirects that are followed in a row; the Hub needs two.
const REDIRECTS: usize = 5;

/// Largest body of a redirect that is read so that its connection can be used again.
const REDIRECT_TEXT: usize = 16 << 10;

/// Size of each of the buffers of a connection; a reply's head must fit into one. The library's
/// defaults are eight times as large, twice per connection with TLS.
const BUFFER: usize = 32 << 10;
const OUTPUT_BUFFER: usize = 16 << 10;

/// Whether a request may end at another server than the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Foreign {
    /// For the bytes of files, whose digests and sizes the endpoint gives.
    Allowed,
    /// For what only the endpoint can say.
    Refused,
}

/// The reply at the end of the redirects.
pub(super) struct Exchange {
    /// Where it came from.
    pub(super) url: Url,
    /// Whether that is the endpoint.
    pub(super) is_own: bool,
    pub(super) status: u16,
    /// From all replies of the endpoint on the way.
    pub(super) facts: Facts,
    /// How long the server asks to wait before the next request.
    pub(super) wait: Option<Duration>,
    /// `Content-Range`.
    pub(super) content_range: Option<String>,
    /// Bytes of the body, if the reply says so.
    pub(super) content_length: Option<u64>,
    body: Body,
}

/// One agent for each way that requests go; the agents keep connections.
#[derive(Debug)]
pub(super) struct Agents {
    direct: Agent,
    https_proxy: Agent,
    http_proxy: Agent,
}

impl Agents {
    pub(super) fn new(settings: &Settings) -> Self {
        let agent = |proxy: Option<ureq::Proxy>| -> Agent {
            let tls =
                ureq::tls::TlsConfig::builder().root_certs(settings.certificates.clone()).build();
            Agent::config_builder()
                .max_redirects(0)
                .http_status_as_error(false)
                .accept_encoding("identity")
                .user_agent(USER_AGENT)
                .tls_config(tls)
                .proxy(proxy)
                .timeout_connect(Some(settings.timeouts.connect))
                .timeout_send_request(Some(settings.timeouts.head))
                .timeout_recv_response(Some(settings.timeouts.head))
                .timeout_per_read(Some(settings.timeouts.read))
                .max_response_header_size(BUFFER)
                .input_buffer_size(BUFFER)
                .output_buffer_size(OUTPUT_BUFFER)
                .max_idle_connections(settings.requests_at_once.saturating_mul(2))
                .max_idle_connections_per_host(settings.requests_at_once)
                .build()
                .into()
        };
        Self {
            direct: agent(None),
            https_proxy: agent(settings.proxies.https.clone()),
            http_proxy: agent(settings.proxies.http.clone()),
        }
    }

    fn on(&self, route: Route) -> &Agent {
        match route {
            Route::Direct => &self.direct,
            Route::HttpsProxy => &self.https_proxy,
            Route::HttpProxy => &self.http_proxy,
        }
    }
}

impl Client {
    /// Makes one request, without repetitions, and follows its redirects. The token goes along
    /// only where scheme, host and port are the endpoint's.
    ///
    /// # Errors
    /// The request cannot be made, breaks, or is led astray. A status is no error.
    pub(super) fn exchange(
        &self,
        start: &Url,
        range: Option<ByteRange>,
        foreign: Foreign,
    ) -> Result<Exchange, HttpError> {
        let mut url = start.clone();
        let mut facts = Facts::default();
        let mut seen = HashSet::from([start.to_string()]);
        loop {
            let is_own = self.is_own(&url);
            if !is_own && foreign == Foreign::Refused {
                return Err(self.error(&url, Reason::Foreign));
            }
            let response = self.send(&url, range, is_own)?;
            let status = response.status().as_u16();
            let location = if matches!(status, 301 | 302 | 303 | 307 | 308) {
                Some(value(response.headers(), "location").map(ToOwned::to_owned))
            } else {
                None
            };
            if is_own {
                facts.keep(response.headers(), location.is_some(), self.token());
            }
            let Some(location) = location else {
                return self.ended(url, facts, response);
            };
            let wrong = |reason| {
                self.error(&url, Reason::Redirect(reason)).with_request_id(facts.request_id.clone())
            };
            let next = self.next_hop(&url, location.as_deref(), foreign).map_err(wrong)?;
            if !seen.insert(next.to_string()) {
                return Err(wrong(Redirect::Loop));
            }
            if seen.len() > REDIRECTS.saturating_add(1) {
                return Err(wrong(Redirect::TooMany));
            }
            self.drain(response);
            url = next;
        }
    }

    /// One request and the head of its reply.
    fn send(
        &self,
        url: &Url,
        range: Option<ByteRange>,
        is_own: bool,
    ) -> Result<Response<Body>, HttpError> {
        let route = self.settings().proxies.route(url);
        let mut request = self.agents().on(route).get(url.as_str());
        if let Some(token) = self.token().filter(|_| is_own) {
            request = request.header("authorization", token.authorization());
        }
        if let Some(range) = range {
            request = request.header("range", range.to_string());
        }
        self.activity().requested();
        request.call().map_err(|error| self.error(url, Reason::Transport(transport(&error))))
    }

    /// Where a redirect leads to.
    pub(super) fn next_hop(
        &self,
        url: &Url,
        location: Option<&str>,
        foreign: Foreign,
    ) -> Result<Url, Redirect> {
        let mut next = location
            .and_then(|location| url.join(location.trim()).ok())
            .filter(|next| matches!(next.scheme(), "https" | "http") && next.has_host())
            .filter(|next| next.username().is_empty() && next.password().is_none())
            .ok_or(Redirect::Location)?;
        next.set_fragment(None);
        if url.scheme() == "https" && next.scheme() != "https" {
            return Err(Redirect::Downgrade);
        }
        if !self.is_own(&next) {
            if foreign == Foreign::Refused {
                return Err(Redirect::Foreign);
            }
            if self.token().is_some_and(|token| token.is_in(next.as_str())) {
                return Err(Redirect::Token);
            }
        }
        Ok(next)
    }

    /// Reads what is left of a redirect, so that the connection can be used again. Whether that
    /// works makes no difference to anything else.
    fn drain(&self, response: Response<Body>) {
        let declared = content_length(response.headers());
        if declared.is_some_and(|length| length <= REDIRECT_TEXT as u64) {
            let mut incoming = self.incoming(response.into_body());
            let _ = incoming.fill(&mut Vec::new(), REDIRECT_TEXT);
            let _ = incoming.is_at_end();
        }
    }

    fn ended(
        &self,
        url: Url,
        facts: Facts,
        response: Response<Body>,
    ) -> Result<Exchange, HttpError> {
        let headers = response.headers();
        if let Some(encoding) = headers.get("content-encoding") {
            let encoding = String::from_utf8_lossy(encoding.as_bytes()).into_owned();
            if !encoding.trim().eq_ignore_ascii_case("identity") {
                let encoding = format!("{:.32}", crate::base::Untrusted(&encoding));
                return Err(self
                    .error(&url, Reason::Encoded(encoding))
                    .with_request_id(facts.request_id));
            }
        }
        let status = response.status().as_u16();
        let wait = is_transient_status(status)
            .then(|| {
                let (limit, after) = (value(headers, "ratelimit"), value(headers, "retry-after"));
                asked_wait(limit, after, Timestamp::now())
            })
            .flatten();
        Ok(Exchange {
            is_own: self.is_own(&url),
            status,
            facts,
            wait,
            content_range: value(headers, "content-range").map(ToOwned::to_owned),
            content_length: content_length(headers),
            body: response.into_body(),
            url,
        })
    }

    fn incoming(&self, body: Body) -> Incoming<'_> {
        Incoming::new(body, Pace::new(self.settings().timeouts.read), self.activity())
    }
}

impl Exchange {
    /// The body, which is read through `client`'s limits.
    pub(super) fn into_incoming(self, client: &Client) -> Incoming<'_> {
        client.incoming(self.body)
    }

    /// The failure that this reply is, for `reason`.
    pub(super) fn error(&self, client: &Client, reason: Reason) -> HttpError {
        client
            .error(&self.url, reason)
            .with_request_id(self.facts.request_id.clone())
            .with_wait(self.wait)
    }

    /// The failure that this reply is, if its status may be another one next time.
    pub(super) fn unavailable(&self, client: &Client) -> Option<HttpError> {
        is_transient_status(self.status).then(|| {
            let message = self.facts.error_message.clone();
            self.error(client, Reason::Unavailable { status: self.status, message })
        })
    }
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    value(headers, "content-length")?.trim().parse().ok()
}
