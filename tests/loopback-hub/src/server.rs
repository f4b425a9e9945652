//! Three listeners, a thread for every connection.

use std::collections::HashMap;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::accounts::{Organization, User};
use crate::connection;
use crate::faults::{FaultMix, FaultRule, Faults};
use crate::message::{Listener, Request};
use crate::records::{Recorded, Records};
use crate::repository::{File, Repository};

/// What a hub has, before it runs.
#[derive(Debug, Default)]
pub struct Builder {
    repositories: Vec<Repository>,
    users: Vec<User>,
    organizations: Vec<Organization>,
    faults: Faults,
    quota: Option<u64>,
}

impl Builder {
    /// Adds a repository.
    #[must_use]
    pub fn repository(mut self, repository: Repository) -> Self {
        self.repositories.push(repository.finished());
        self
    }

    /// Adds an account.
    #[must_use]
    pub fn user(mut self, user: User) -> Self {
        self.users.push(user);
        self
    }

    /// Adds an organisation that has an overview.
    #[must_use]
    pub fn organization(mut self, organization: Organization) -> Self {
        self.organizations.push(organization);
        self
    }

    /// Makes every reply late.
    #[must_use]
    pub fn latency(mut self, latency: Duration) -> Self {
        self.faults.latency = latency;
        self
    }

    /// Adds a fault. Of several that strike the same request the first counts, and all delays.
    #[must_use]
    pub fn fault(mut self, rule: FaultRule) -> Self {
        self.faults.rules.push(rule);
        self
    }

    /// Adds random faults where no rule strikes.
    #[must_use]
    pub fn mix(mut self, mix: FaultMix) -> Self {
        self.faults.mix = Some(mix);
        self
    }

    /// Enforces a number of requests in the window, for each of the Hub's buckets. Without, the
    /// counters in the headers go down and nothing else happens.
    #[must_use]
    pub fn quota(mut self, requests: u64) -> Self {
        self.quota = Some(requests);
        self
    }

    /// Starts the listeners on free ports of 127.0.0.1.
    ///
    /// # Panics
    /// There is no free port.
    #[must_use]
    pub fn start(self) -> LoopbackHub {
        let listeners = [Listener::Hub, Listener::Cdn, Listener::Foreign]
            .map(|role| (role, TcpListener::bind("127.0.0.1:0").expect("a free port")));
        let [hub, cdn, foreign] = listeners
            .each_ref()
            .map(|(_, listener)| listener.local_addr().expect("an address").to_string());
        let state = Arc::new(State {
            hub: format!("http://{hub}"),
            cdn: format!("http://{cdn}"),
            foreign: format!("http://{foreign}"),
            repositories: self.repositories,
            users: self.users,
            organizations: self.organizations,
            faults: self.faults,
            quota: self.quota,
            records: Records::default(),
            counters: [const { AtomicU64::new(0) }; 3],
            replies: AtomicU64::new(0),
            started: Instant::now(),
            stopping: AtomicBool::new(false),
            open: Mutex::default(),
        });
        let threads = listeners
            .into_iter()
            .map(|(role, listener)| {
                let state = Arc::clone(&state);
                thread::spawn(move || accept(&listener, role, &state))
            })
            .collect();
        LoopbackHub { state, threads, addresses: [hub, cdn, foreign] }
    }
}

/// What every connection needs.
#[derive(Debug)]
pub(crate) struct State {
    /// Origins.
    pub(crate) hub: String,
    pub(crate) cdn: String,
    pub(crate) foreign: String,
    pub(crate) repositories: Vec<Repository>,
    pub(crate) users: Vec<User>,
    pub(crate) organizations: Vec<Organization>,
    pub(crate) faults: Faults,
    pub(crate) quota: Option<u64>,
    pub(crate) records: Records,
    /// Requests so far in the buckets `api`, `resolvers` and `pages`.
    pub(crate) counters: [AtomicU64; 3],
    pub(crate) replies: AtomicU64,
    pub(crate) started: Instant,
    stopping: AtomicBool,
    open: Mutex<HashMap<u64, TcpStream>>,
}

impl State {
    pub(crate) fn origin(&self, listener: Listener) -> &str {
        match listener {
            Listener::Hub => &self.hub,
            Listener::Cdn => &self.cdn,
            Listener::Foreign => &self.foreign,
        }
    }

    /// The file behind a path at the CDN; of several with the same content, the one that was
    /// uploaded last.
    pub(crate) fn by_hash(&self, hash: &str) -> Option<(&Repository, &str, &Arc<File>)> {
        self.repositories.iter().find_map(|repository| {
            repository.commits.iter().rev().find_map(|commit| {
                let mut files = commit.files.iter().filter(|(_, file)| file.large);
                let (path, file) = files.find(|(_, file)| file.xet_hash() == hash)?;
                Some((repository, path.as_str(), file))
            })
        })
    }

    /// Gives a request for a file the file's name as its subject.
    pub(crate) fn name_subject(&self, request: &mut Request) {
        let words: Vec<&str> = request.segments.iter().map(String::as_str).collect();
        request.subject = match words.as_slice() {
            ["xet-bridge-us", .., hash] => match self.by_hash(hash) {
                Some((repository, path, _)) => format!("{}/{path}", repository.id),
                None => return,
            },
            ["api", "resolve-cache", "models", owner, name, _, path @ ..] => {
                format!("{owner}/{name}/{}", path.join("/"))
            }
            [owner, name, "resolve" | "raw", _, path @ ..] => {
                format!("{owner}/{name}/{}", path.join("/"))
            }
            [name, "resolve" | "raw", _, path @ ..] => format!("{name}/{}", path.join("/")),
            _ => return,
        };
    }

    pub(crate) fn stops(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}

fn accept(listener: &TcpListener, role: Listener, state: &Arc<State>) {
    let mut connections = Vec::new();
    for (number, stream) in listener.incoming().enumerate() {
        if state.stops() {
            break;
        }
        let Ok(stream) = stream else { continue };
        let Ok(handle) = stream.try_clone() else { continue };
        let key = number as u64 * 4 + role as u64;
        state.open.lock().expect("no thread has panicked").insert(key, handle);
        let state = Arc::clone(state);
        connections.push(thread::spawn(move || {
            // A client that goes away ends its connection, and nothing else.
            let _ = connection::serve(stream, role, &state);
            state.open.lock().expect("no thread has panicked").remove(&key);
        }));
    }
    for connection in connections {
        let _ = connection.join();
    }
}

/// A running Hub, until it is dropped.
#[derive(Debug)]
pub struct LoopbackHub {
    state: Arc<State>,
    threads: Vec<JoinHandle<()>>,
    addresses: [String; 3],
}

impl LoopbackHub {
    /// Nothing yet.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// For `HF_ENDPOINT`: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.state.hub
    }

    /// Origin of the CDN.
    #[must_use]
    pub fn cdn(&self) -> &str {
        &self.state.cdn
    }

    /// Origin of the foreign host.
    #[must_use]
    pub fn foreign(&self) -> &str {
        &self.state.foreign
    }

    /// All requests so far, in the order in which they came.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.state.records.all()
    }

    /// Forgets the requests so far.
    pub fn forget(&self) {
        self.state.records.clear();
    }

    /// Bytes that were sent, heads and bodies, for what has this in its subject: all that a file
    /// cost, if it is `owner/name/path`.
    #[must_use]
    pub fn sent(&self, path: &str) -> u64 {
        let requests = self.requests();
        requests.iter().filter(|it| it.subject.contains(path)).map(|it| it.sent).sum()
    }

    /// The requests at the CDN and the foreign host that have anything to do with a token: an
    /// `Authorization`, a cookie, or the token anywhere.
    #[must_use]
    pub fn leaks(&self, token: &str) -> Vec<Recorded> {
        let mut requests = self.requests();
        requests.retain(|it| {
            it.listener != Listener::Hub
                && (it.header("authorization").is_some()
                    || it.header("cookie").is_some()
                    || it.mentions(token))
        });
        requests
    }

    /// The commit of a revision.
    ///
    /// # Panics
    /// There is no such repository, or no such revision.
    #[must_use]
    pub fn commit_id(&self, id: &str, revision: &str) -> String {
        let mut repositories = self.state.repositories.iter();
        repositories.find(|it| it.id == id).expect("a repository").commit_id(revision)
    }
}

impl Drop for LoopbackHub {
    fn drop(&mut self) {
        self.state.stopping.store(true, Ordering::Relaxed);
        for address in &self.addresses {
            // Wakes the thread that accepts.
            let Ok(address) = address.parse::<SocketAddr>() else { continue };
            let _ = TcpStream::connect_timeout(&address, Duration::from_secs(1));
        }
        for stream in self.state.open.lock().expect("no thread has panicked").values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
