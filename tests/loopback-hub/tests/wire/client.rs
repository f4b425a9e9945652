//! The least HTTP client that can see what is wrong.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

/// A reply as it came over the wire.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// How the connection ended, if it was to end.
    pub(crate) end: Option<io::ErrorKind>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// A connection to an origin.
pub(crate) struct Connection {
    stream: TcpStream,
    host: String,
}

impl Connection {
    pub(crate) fn to(origin: &str) -> Self {
        let host = origin.strip_prefix("http://").unwrap().to_owned();
        Self { stream: TcpStream::connect(&host).unwrap(), host }
    }

    /// Sends a request and reads the reply, keeping the connection.
    pub(crate) fn ask(&mut self, method: &str, target: &str, headers: &[(&str, &str)]) -> Reply {
        self.send(method, target, headers, b"");
        let (status, headers) = self.head().unwrap();
        let mut reply = Reply { status, headers, body: Vec::new(), end: None };
        let length: usize = reply.header("content-length").unwrap().parse().unwrap();
        if method != "HEAD" && status != 304 {
            reply.body = vec![0; length];
            self.stream.read_exact(&mut reply.body).unwrap();
        }
        reply
    }

    fn send(&mut self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) {
        let mut head = format!("{method} {target} HTTP/1.1\r\nHost: {}\r\n", self.host);
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        self.stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
    }

    fn head(&mut self) -> io::Result<(u16, Vec<(String, String)>)> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.stream.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let malformed = || io::Error::from(io::ErrorKind::InvalidData);
        let first = lines.next().unwrap().strip_prefix("HTTP/1.1 ").ok_or_else(malformed)?;
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_owned(), value.to_owned())
        });
        Ok((first[..3].parse().unwrap(), headers.collect()))
    }

    /// Reads whatever comes after a head until the connection ends.
    fn rest(&mut self) -> (Vec<u8>, io::ErrorKind) {
        let mut body = Vec::new();
        match self.stream.read_to_end(&mut body) {
            Ok(_) => (body, io::ErrorKind::UnexpectedEof),
            Err(error) => (body, error.kind()),
        }
    }
}

/// One request on a connection of its own.
pub(crate) fn get(origin: &str, target: &str) -> Reply {
    Connection::to(origin).ask("GET", target, &[])
}

/// One request with a token.
pub(crate) fn get_as(token: &str, origin: &str, target: &str) -> Reply {
    let bearer = format!("Bearer {token}");
    Connection::to(origin).ask("GET", target, &[("Authorization", &bearer)])
}

/// A request with a body.
pub(crate) fn post(origin: &str, target: &str, body: &str) -> Reply {
    let mut connection = Connection::to(origin);
    connection.send("POST", target, &[("Content-Type", "application/json")], body.as_bytes());
    let (status, headers) = connection.head().unwrap();
    let mut reply = Reply { status, headers, body: Vec::new(), end: None };
    let length: usize = reply.header("content-length").unwrap().parse().unwrap();
    reply.body = vec![0; length];
    connection.stream.read_exact(&mut reply.body).unwrap();
    reply
}

/// A reply that ends with the connection: how it ended is part of it.
pub(crate) fn to_the_end(origin: &str, target: &str, range: Option<&str>) -> Reply {
    let mut connection = Connection::to(origin);
    let headers: Vec<_> = range.iter().map(|range| ("Range", *range)).collect();
    connection.send("GET", target, &headers, b"");
    match connection.head() {
        Ok((status, headers)) => {
            let (body, end) = connection.rest();
            Reply { status, headers, body, end: Some(end) }
        }
        Err(error) => {
            Reply { status: 0, headers: Vec::new(), body: Vec::new(), end: Some(error.kind()) }
        }
    }
}

/// Path and query of an address at an origin.
pub(crate) fn target_at<'a>(origin: &str, address: &'a str) -> &'a str {
    address.strip_prefix(origin).unwrap_or_else(|| panic!("{address} is not at {origin}"))
}
