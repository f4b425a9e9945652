//! One connection: requests in, replies out, both as bytes.
//!
//! A socket that is closed while it holds unread bytes is reset. So the last byte of a request is
//! looked at and left where it is until the reply is out: that is how a reply can end with a reset
//! without any option of the socket.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::faults::{Delivery, Ending, Origins};
use crate::message::{Listener, Request};
use crate::records::Recorded;
use crate::routes;
use crate::server::State;

/// The largest head and the largest body of a request.
const LARGEST: usize = 1 << 20;

/// Answers until the client or a fault ends it.
pub(crate) fn serve(mut stream: TcpStream, role: Listener, state: &State) -> io::Result<()> {
    stream.set_nodelay(true)?;
    while let Some(head) = read_head(&mut stream)? {
        let Ok(mut request) = Request::parse(role, &head) else {
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")?;
            return stream.shutdown(Shutdown::Both);
        };
        request.body = read_body(&mut stream, &request)?;
        let ending = reply(&mut stream, request, state)?;
        match ending {
            Ending::Keep => stream.read_exact(&mut [0])?,
            Ending::Close => {
                stream.read_exact(&mut [0])?;
                return stream.shutdown(Shutdown::Both);
            }
            // Dropped with a byte unread.
            Ending::Reset => return Ok(()),
        }
    }
    Ok(())
}

/// Reads a head up to the last byte of the empty line, which stays unread; `None` at the end.
fn read_head(stream: &mut TcpStream) -> io::Result<Option<String>> {
    let mut head = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        let count = stream.peek(&mut buffer)?;
        if count == 0 {
            return Ok(None);
        }
        let before = head.len();
        head.extend_from_slice(&buffer[..count]);
        let end = head.windows(4).position(|four| four == b"\r\n\r\n");
        // All of it, or all but the last byte of the empty line.
        let take = end.map_or(count, |end| end + 3 - before);
        stream.read_exact(&mut buffer[..take])?;
        if let Some(end) = end {
            head.truncate(end);
            return Ok(Some(String::from_utf8_lossy(&head).into_owned()));
        }
        if head.len() > LARGEST {
            return Err(io::Error::other("a head without an end"));
        }
    }
}

/// Reads the body up to its last byte, which is known but stays unread.
fn read_body(stream: &mut TcpStream, request: &Request) -> io::Result<Vec<u8>> {
    let length = request.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    if length == 0 {
        return Ok(Vec::new());
    }
    if length > LARGEST {
        return Err(io::Error::other("a body that is too large"));
    }
    // The last byte of the head, which waited for this.
    stream.read_exact(&mut [0])?;
    let mut body = vec![0; length];
    let (front, last) = body.split_at_mut(length - 1);
    stream.read_exact(front)?;
    if stream.peek(last)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(body)
}

fn reply(stream: &mut TcpStream, mut request: Request, state: &State) -> io::Result<Ending> {
    state.name_subject(&mut request);
    let (late, fault) = state.faults.choose(&request);
    let answer = routes::answer(state, &request);
    let origins =
        Origins { own: state.origin(request.listener).to_owned(), foreign: state.foreign.clone() };
    let delivery = Delivery::plan(answer, fault.as_ref(), &request, &origins);
    let number = state.records.add(Recorded {
        listener: request.listener,
        route: request.route,
        method: request.method,
        target: request.target,
        subject: request.subject,
        headers: request.headers,
        status: if delivery.head.starts_with(b"HTTP/") { delivery.status } else { 0 },
        fault,
        sent: 0,
    });
    wait(state, late);
    let mut sending = Sending { stream, state, number, paused: Duration::ZERO };
    sending.all(&delivery)?;
    Ok(delivery.ending)
}

/// Waits, unless the hub stops.
fn wait(state: &State, time: Duration) {
    let until = Instant::now() + time;
    while !state.stops() {
        let rest = until.saturating_duration_since(Instant::now());
        if rest.is_zero() {
            break;
        }
        thread::sleep(rest.min(Duration::from_millis(100)));
    }
}

/// Writes a reply and counts what went out.
struct Sending<'a> {
    stream: &'a mut TcpStream,
    state: &'a State,
    number: usize,
    paused: Duration,
}

impl Sending<'_> {
    fn all(&mut self, delivery: &Delivery) -> io::Result<()> {
        let mut buffer = vec![0; 1 << 16];
        // Head and first bytes go out together, as they do from real servers.
        let mut pending = delivery.head.clone();
        let mut at = 0;
        while at < delivery.send {
            let count = (delivery.send - at).min(buffer.len() as u64) as usize;
            delivery.body.read_at(at, &mut buffer[..count]);
            if let Some(place) = delivery.flip.and_then(|flip| flip.checked_sub(at))
                && let Some(byte) = buffer[..count].get_mut(place as usize)
            {
                *byte ^= 1;
            }
            pending.extend_from_slice(&buffer[..count]);
            self.write(&pending, delivery)?;
            pending.clear();
            at += count as u64;
        }
        let mut rest = delivery.extra;
        buffer.fill(delivery.filler);
        while rest > 0 {
            let count = rest.min(buffer.len() as u64) as usize;
            pending.extend_from_slice(&buffer[..count]);
            self.write(&pending, delivery)?;
            pending.clear();
            rest -= count as u64;
        }
        self.write(&pending, delivery)
    }

    fn write(&mut self, mut bytes: &[u8], delivery: &Delivery) -> io::Result<()> {
        if let Some((piece, pause, at_most)) = delivery.drip {
            while bytes.len() > piece && self.paused < at_most && !self.state.stops() {
                let (front, rest) = bytes.split_at(piece.max(1));
                self.counted(front)?;
                thread::sleep(pause);
                self.paused += pause;
                bytes = rest;
            }
        }
        self.counted(bytes)
    }

    fn counted(&mut self, bytes: &[u8]) -> io::Result<()> {
        // Counted first: a client that has read the last byte may end, and a test look, at once.
        self.state.records.count(self.number, bytes.len() as u64);
        self.stream.write_all(bytes)
    }
}
