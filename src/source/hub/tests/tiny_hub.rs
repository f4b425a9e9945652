//! A Hub on loopback with the replies that a test gives it.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use super::super::super::environment::Environment;
use super::super::super::http::{Client, Settings};
use super::super::super::{Activity, Snapshot, SourceError, Wanted};
use super::super::Hub;

/// A reply: status, further headers, body. `{hub}` in headers and bodies stands for the endpoint.
#[derive(Clone, Debug)]
pub(super) struct Reply(pub(super) u16, pub(super) Vec<(&'static str, String)>, pub(super) String);

pub(super) fn ok(body: impl Into<String>) -> Reply {
    Reply(200, Vec::new(), body.into())
}

impl Reply {
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.1.push((name, value.into()));
        self
    }
}

pub(super) struct TinyHub {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl TinyHub {
    /// A Hub that answers requests for these targets (path and query), and 404 to all others.
    pub(super) fn start(replies: &[(&str, Reply)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let replies: HashMap<String, Reply> =
            replies.iter().map(|(target, reply)| ((*target).to_owned(), reply.clone())).collect();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let stopped = Arc::new(AtomicBool::new(false));
        let (log, stop) = (Arc::clone(&asked), Arc::clone(&stopped));
        let thread = std::thread::spawn(move || {
            let replies = Arc::new(replies);
            for stream in listener.incoming().flatten() {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                let (replies, log) = (Arc::clone(&replies), Arc::clone(&log));
                std::thread::spawn(move || answer(stream, address, &replies, &log));
            }
        });
        Self { address, asked, stopped, thread: Some(thread) }
    }

    /// What was asked for so far, sorted.
    pub(super) fn asked(&self) -> Vec<String> {
        let mut asked = self.asked.lock().unwrap().clone();
        asked.sort();
        asked
    }

    /// The source that asks this Hub, with these variables in its environment.
    pub(super) fn source(&self, variables: &[(&str, &str)]) -> Hub {
        let endpoint = format!("http://{}", self.address);
        let environment = Environment::read(|name| match name {
            "HF_ENDPOINT" => Some(endpoint.clone()),
            _ => variables.iter().find(|it| it.0 == name).map(|it| it.1.to_owned()),
        })
        .unwrap();
        let settings = Settings::new(&environment).unwrap();
        let client = Client::new(settings, Arc::new(Activity::default())).unwrap();
        Hub::new(Arc::new(client), environment.cache().map(Into::into), 10)
    }

    pub(super) fn resolve(
        &self,
        id: &str,
        revision: Option<&str>,
    ) -> Result<Snapshot, SourceError> {
        self.source(&[]).resolve(&id.parse().unwrap(), Wanted { revision, files: &[] })
    }
}

impl Drop for TinyHub {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for a connection.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

fn answer(
    stream: TcpStream,
    address: SocketAddr,
    replies: &HashMap<String, Reply>,
    log: &Mutex<Vec<String>>,
) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    if reader.read_line(&mut line).unwrap_or(0) == 0 {
        return;
    }
    let target = line.split(' ').nth(1).unwrap().to_owned();
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header).unwrap_or(0) <= 2 {
            break;
        }
    }
    log.lock().unwrap().push(target.clone());
    let missing = Reply(404, Vec::new(), r#"{"error":"no such page"}"#.to_owned());
    let Reply(status, headers, body) = replies.get(&target).cloned().unwrap_or(missing);
    let hub = format!("http://{address}");
    let body = body.replace("{hub}", &hub);
    let mut head = format!("HTTP/1.1 {status} x\r\nConnection: close\r\n");
    if !headers.iter().any(|(name, _)| *name == "Content-Length") {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {}\r\n", value.replace("{hub}", &hub)));
    }
    let mut stream = stream;
    let written = stream.write_all(format!("{head}\r\n{body}").as_bytes());
    if written.is_ok() {
        // Whoever asked closes first, so that nothing that was sent is lost.
        drop(stream.shutdown(std::net::Shutdown::Write));
        drop(reader.read_to_end(&mut Vec::new()));
    }
}
