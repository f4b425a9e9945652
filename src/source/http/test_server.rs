//! A server for tests: says what a test wants, and remembers what it was sent.

#![allow(clippy::arithmetic_side_effects, reason = "small numbers of a test")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use url::Url;

use super::client::Client;
use super::content_range::ByteRange;
use super::proxies::Proxies;
use super::settings::{Patience, Settings, Timeouts};
use super::token::Token;
use crate::source::activity::Activity;

/// The token of every client of a test.
pub(super) const SECRET: &str = "hf_secret";

/// A request as it came in.
#[derive(Clone, Debug)]
pub(super) struct Received {
    /// How many came before.
    pub(super) index: usize,
    pub(super) target: String,
    /// Lower-case names.
    pub(super) headers: Vec<(String, String)>,
}

impl Received {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    pub(super) fn range(&self) -> Option<ByteRange> {
        let (first, last) = self.header("range")?.strip_prefix("bytes=")?.split_once('-')?;
        ByteRange::new(first.parse().unwrap(), last.parse::<u64>().unwrap() + 1)
    }
}

/// What a server says.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    declared: Option<usize>,
    cut: Option<usize>,
    trickles: bool,
    has_no_length: bool,
    is_old: bool,
}

impl Said {
    pub(super) fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// 200 and a body.
    pub(super) fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::status(200).body(body)
    }

    pub(super) fn redirect(status: u16, location: &str) -> Self {
        Self::status(status).header("Location", location).body("Redirecting")
    }

    /// The connection is closed without a reply.
    pub(super) fn nothing() -> Self {
        Self::status(0)
    }

    /// The part of `content` that was asked for, or all of it.
    pub(super) fn part(content: &[u8], request: &Received) -> Self {
        let Some(range) = request.range() else { return Self::ok(content) };
        let total = content.len() as u64;
        if range.end() > total {
            return Self::status(416).header("Content-Range", &format!("bytes */{total}"));
        }
        let says = format!("bytes {}-{}/{total}", range.start(), range.end() - 1);
        Self::status(206)
            .header("Content-Range", &says)
            .body(&content[range.start() as usize..range.end() as usize])
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(key, _)| key != name || key == "Link");
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Another `Content-Length` than that of the body.
    pub(super) fn declaring(mut self, length: usize) -> Self {
        self.declared = Some(length);
        self
    }

    /// HTTP/1.0: one reply per connection.
    pub(super) fn of_the_old_protocol(mut self) -> Self {
        self.is_old = true;
        self
    }

    /// Without a `Content-Length`.
    pub(super) fn without_length(mut self) -> Self {
        self.has_no_length = true;
        self
    }

    /// The connection is closed after so many bytes of the body.
    pub(super) fn cut_after(mut self, count: usize) -> Self {
        self.cut = Some(count);
        self
    }

    /// The body comes byte by byte, slowly, until the client has enough of it.
    pub(super) fn trickling(mut self) -> Self {
        self.trickles = true;
        self
    }

    fn write(&self, stream: &mut TcpStream) -> std::io::Result<bool> {
        if self.status == 0 {
            return Ok(false);
        }
        let mut head = format!("HTTP/1.{} {} Said\r\n", u8::from(!self.is_old), self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let length = self.declared.unwrap_or(self.body.len());
        if !self.has_no_length {
            head.push_str(&format!("Content-Length: {length}\r\n"));
        }
        head.push_str("\r\n");
        let mut reply = head.into_bytes();
        if self.trickles {
            stream.write_all(&reply)?;
            for byte in &self.body {
                stream.write_all(&[*byte])?;
                thread::sleep(Duration::from_millis(5));
            }
            return Ok(false);
        }
        let sent = self.cut.unwrap_or(self.body.len());
        reply.extend(&self.body[..sent]);
        stream.write_all(&reply)?;
        Ok(self.cut.is_none() && length <= self.body.len() && !self.is_old)
    }
}

/// A server on a port of its own.
pub(super) struct TestServer {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    is_over: Arc<AtomicBool>,
    connections: Arc<AtomicUsize>,
}

impl TestServer {
    pub(super) fn start(answer: impl Fn(&Received) -> Said + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            received: Arc::default(),
            is_over: Arc::default(),
            connections: Arc::default(),
        };
        let (received, is_over) = (Arc::clone(&server.received), Arc::clone(&server.is_over));
        let connections = Arc::clone(&server.connections);
        let answer: Arc<dyn Fn(&Received) -> Said + Send + Sync> = Arc::new(answer);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if is_over.load(Ordering::SeqCst) {
                    return;
                }
                connections.fetch_add(1, Ordering::SeqCst);
                let (received, answer) = (Arc::clone(&received), Arc::clone(&answer));
                thread::spawn(move || serve(stream.unwrap(), &received, &*answer));
            }
        });
        server
    }

    pub(super) fn url(&self, path: &str) -> Url {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// How many connections there were.
    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(super) fn client(&self) -> Arc<Client> {
        self.client_with(|_| {})
    }

    pub(super) fn client_with(&self, change: impl Fn(&mut Settings)) -> Arc<Client> {
        let mut settings = Settings {
            endpoint: self.url("/"),
            token: Token::parse(SECRET).unwrap(),
            timeouts: Timeouts {
                connect: Duration::from_secs(10),
                head: Duration::from_secs(10),
                read: Duration::from_secs(10),
            },
            patience: Patience {
                first_pause: Duration::from_millis(1),
                longest_pause: Duration::from_millis(4),
                ..Patience::default()
            },
            certificates: ureq::tls::RootCerts::WebPki,
            proxies: Proxies::default(),
            requests_at_once: 8,
            cached_bytes: 16 << 20,
        };
        change(&mut settings);
        Arc::new(Client::new(settings, Arc::new(Activity::default())).unwrap())
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(
    stream: TcpStream,
    received: &Mutex<Vec<Received>>,
    answer: &(dyn Fn(&Received) -> Said + Send + Sync),
) {
    let mut writer = stream.try_clone().unwrap();
    let _ = writer.set_nodelay(true);
    let mut lines = BufReader::new(stream).lines();
    while let Some(Ok(request)) = lines.next() {
        let mut headers = Vec::new();
        for line in lines.by_ref() {
            let Ok(line) = line else { return };
            let Some((name, value)) = line.split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let target = request.split(' ').nth(1).unwrap().to_owned();
        let request = {
            let mut all = received.lock().unwrap();
            let index = all.len();
            all.push(Received { index, target, headers });
            all.last().unwrap().clone()
        };
        if !answer(&request).write(&mut writer).unwrap_or(false) {
            return;
        }
    }
}
