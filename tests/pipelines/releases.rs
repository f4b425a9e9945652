//! The host of releases: archives on 127.0.0.1, and the version map that belongs to them.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use loopback_hub::sha256_hex;

/// Answers with archives by their paths, and with 404 to everything else, until the process ends.
pub(crate) struct Releases {
    address: String,
    archives: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Releases {
    /// A host without releases.
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let releases = Self {
            address: format!("http://{}", listener.local_addr().unwrap()),
            archives: Arc::default(),
            asked: Arc::default(),
        };
        let (archives, asked) = (Arc::clone(&releases.archives), Arc::clone(&releases.asked));
        thread::spawn(move || {
            for stream in listener.incoming() {
                answer(&stream.unwrap(), &archives, &asked);
            }
        });
        releases
    }

    /// What belongs into `WEIGHSTATION_RELEASES`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Which archives were asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// Offers a version for a target; the archive holds one file of this name, which runs the binary
    /// under test. Returns the line of the version map.
    pub(crate) fn offer(&self, version: &str, target: &str, file: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let binary = env!("CARGO_BIN_EXE_weighstation");
        let script = format!("#!/bin/sh\nexec '{binary}' \"$@\"\n");
        fs::write(folder.path().join(file), script).unwrap();
        let archive = archive(folder.path());
        let line = format!("{version} {target} {}", sha256_hex(&archive));
        let path = format!("/v{version}/weighstation-{version}-{target}.tar.gz");
        self.archives.lock().unwrap().insert(path, archive);
        line
    }
}

fn archive(folder: &Path) -> Vec<u8> {
    let output = Command::new("tar").args(["-cz", "-C"]).arg(folder).arg(".").output().unwrap();
    assert!(output.status.success());
    output.stdout
}

fn answer(
    mut stream: &TcpStream,
    archives: &Mutex<BTreeMap<String, Vec<u8>>>,
    asked: &Mutex<Vec<String>>,
) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let Some(request) = lines.next() else { return };
    for _ in lines.take_while(|line| !line.is_empty()) {}
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let body = archives.lock().unwrap().get(&path).cloned();
    asked.lock().unwrap().push(path);
    let status = if body.is_some() { "200 OK" } else { "404 Not Found" };
    let body = body.unwrap_or_default();
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    // A client that has gone away has its reasons.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
}
