//! Documents of the endpoint: redirects, the token, limits, repetitions.

use std::time::Duration;

use super::error::{HttpError, Reason, Redirect, Transport};
use super::test_server::{Received, SECRET, Said, TestServer};

const LIMIT: usize = 1 << 20;

/// A server whose replies come one after another, the last one for ever.
fn saying(replies: Vec<Said>) -> TestServer {
    TestServer::start(move |request| {
        replies.get(request.index).unwrap_or(replies.last().unwrap()).clone()
    })
}

fn targets(server: &TestServer) -> Vec<String> {
    server.received().iter().map(|request| request.target.clone()).collect()
}

/// No form of an error may show what is secret.
fn assert_no_secret(error: &HttpError) {
    let text = format!("{error} {error:?} {error:#?}");
    assert!(!text.to_ascii_lowercase().contains("secret"), "{text}");
}

fn bearer(request: &Received) -> Option<&str> {
    request.header("authorization")
}

#[test]
fn a_document_comes_with_what_the_head_says_of_it() {
    let server = saying(vec![
        Said::ok("{}")
            .header("X-Request-Id", "Root=1")
            .header("X-Total-Count", "676")
            .header("Link", "</api/models/a?cursor=x>; rel=\"next\""),
    ]);
    let client = server.client();
    let url = client.address(&["api", "models", "a/b", "refs/pr/1"], &[("blobs", "true")]);
    let reply = client.get(&url, LIMIT).unwrap();
    assert_eq!((reply.status, reply.body.as_slice()), (200, b"{}".as_slice()));
    assert_eq!(reply.facts.total_count, Some(676));
    assert_eq!(client.next_page(&reply).unwrap(), Some(server.url("/api/models/a?cursor=x")));
    let request = &server.received()[0];
    assert_eq!(request.target, "/api/models/a%2Fb/refs%2Fpr%2F1?blobs=true");
    assert_eq!(bearer(request), Some("Bearer hf_secret"));
    assert_eq!(request.header("accept-encoding"), Some("identity"));
    assert_eq!(
        request.header("user-agent"),
        Some(concat!("weighstation/", env!("CARGO_PKG_VERSION")))
    );
    assert_eq!(request.header("cookie"), None);
    assert_eq!(client.activity().requests(), 1);
    assert_eq!(client.activity().bytes(), 2);
}

#[test]
fn an_error_of_the_hub_is_a_reply() {
    let server = saying(vec![
        Said::status(404)
            .header("X-Error-Code", "RepoNotFound")
            .header("X-Error-Message", "Repository not found")
            .header("Set-Cookie", "a=b")
            .body("{\"error\":\"Bearer hf_secret\"}"),
    ]);
    let client = server.client();
    let reply = client.get(&server.url("/api/models/a"), LIMIT).unwrap();
    assert_eq!(reply.status, 404);
    assert_eq!(reply.facts.error_code.as_deref(), Some("RepoNotFound"));
    assert_eq!(reply.body, b"{\"error\":\"Bearer ***\"}");
    client.get(&server.url("/api/models/a"), LIMIT).unwrap();
    assert!(server.received().iter().all(|request| request.header("cookie").is_none()));
}

#[test]
fn a_renamed_repository_is_followed_with_the_token() {
    let server =
        saying(vec![Said::redirect(307, "/api/models/new/name?blobs=true"), Said::ok("{}")]);
    let client = server.client();
    let reply = client.get(&server.url("/api/models/old"), LIMIT).unwrap();
    assert_eq!(reply.url, server.url("/api/models/new/name?blobs=true"));
    assert!(server.received().iter().all(|request| bearer(request) == Some("Bearer hf_secret")));
}

#[test]
fn a_document_comes_from_the_endpoint_or_not_at_all() {
    let stranger = saying(vec![Said::ok("{}")]);
    let elsewhere = stranger.url("/api/models/a?secret=1").to_string();
    let server = saying(vec![Said::redirect(307, &elsewhere)]);
    let client = server.client();
    let error = client.get(&server.url("/api/models/a"), LIMIT).unwrap_err();
    assert_eq!(*error.reason(), Reason::Redirect(Redirect::Foreign));
    assert_no_secret(&error);
    let error = client.get(&stranger.url("/api/models/a"), LIMIT).unwrap_err();
    assert_eq!(*error.reason(), Reason::Foreign);
    assert!(stranger.received().is_empty());
}

#[test]
fn a_next_page_elsewhere_is_refused() {
    let server = saying(vec![
        Said::ok("[]").header("Link", "<https://huggingface.co/api?cursor=secret>; rel=\"next\""),
    ]);
    let client = server.client();
    let reply = client.get(&server.url("/api/models/a/tree/main"), LIMIT).unwrap();
    let error = client.next_page(&reply).unwrap_err();
    assert_eq!(*error.reason(), Reason::Foreign);
    assert_no_secret(&error);
}

#[test]
fn redirects_that_lead_nowhere_end() {
    let reason = |location: &str| {
        let server = saying(vec![Said::redirect(302, location)]);
        let error = server.client().get(&server.url("/start"), LIMIT).unwrap_err();
        assert_eq!(server.received().len(), 1, "{location}");
        assert_no_secret(&error);
        error.reason().clone()
    };
    assert_eq!(reason("/start"), Reason::Redirect(Redirect::Loop));
    assert_eq!(reason("/start#secret"), Reason::Redirect(Redirect::Loop));
    for location in ["", "ftp://x/", "file:///etc/passwd", "http://", "//user:secret@127.0.0.1/"] {
        let expected = if location.is_empty() { Redirect::Loop } else { Redirect::Location };
        assert_eq!(reason(location), Reason::Redirect(expected), "{location}");
    }
    let server = saying(vec![Said::status(302)]);
    let error = server.client().get(&server.url("/start"), LIMIT).unwrap_err();
    assert_eq!(*error.reason(), Reason::Redirect(Redirect::Location));
}

#[test]
fn redirects_in_a_circle_and_in_a_row_end() {
    let server = TestServer::start(|request| {
        Said::redirect(302, if request.path() == "/a" { "/b" } else { "/a" })
    });
    let error = server.client().get(&server.url("/a"), LIMIT).unwrap_err();
    assert_eq!(*error.reason(), Reason::Redirect(Redirect::Loop));
    assert_eq!(targets(&server), ["/a", "/b"]);
    let server = TestServer::start(|request| Said::redirect(302, &format!("/{}", request.index)));
    let error = server.client().get(&server.url("/a"), LIMIT).unwrap_err();
    assert_eq!(*error.reason(), Reason::Redirect(Redirect::TooMany));
    assert_eq!(server.received().len(), 6);
}

#[test]
fn five_redirects_are_followed() {
    let server = TestServer::start(|request| match request.index {
        5 => Said::ok("here"),
        index => Said::redirect(308, &format!("/{index}")),
    });
    assert_eq!(server.client().get(&server.url("/a"), LIMIT).unwrap().body, b"here");
}

#[test]
fn connections_are_used_again() {
    let server = saying(vec![Said::redirect(307, "/b"), Said::ok("1"), Said::ok("2")]);
    let client = server.client();
    client.get(&server.url("/a"), LIMIT).unwrap();
    client.get(&server.url("/a"), LIMIT).unwrap();
    // One client with one connection: the server would otherwise have seen another port.
    assert_eq!(server.received().len(), 3);
    assert_eq!(server.connections(), 1);
}

#[test]
fn what_is_unavailable_is_asked_for_again() {
    let server = saying(vec![
        Said::status(503),
        Said::nothing(),
        Said::status(429).header("Retry-After", "0"),
        Said::ok("at last"),
    ]);
    let client = server.client();
    assert_eq!(client.get(&server.url("/a"), LIMIT).unwrap().body, b"at last");
    assert_eq!((client.activity().requests(), client.activity().repeated()), (4, 3));
    assert_eq!(client.activity().waiting(), 0);
}

#[test]
fn what_stays_unavailable_is_given_up_with_status_and_request_id() {
    for status in [408, 429, 500, 502, 503, 504] {
        let server = saying(vec![
            Said::status(status)
                .header("X-Request-Id", "Root=1-2;3")
                .header("X-Error-Message", "down, hf_secret"),
        ]);
        let error = server.client().get(&server.url("/api/a?x=secret"), LIMIT).unwrap_err();
        assert_eq!(server.received().len(), 5);
        assert_no_secret(&error);
        let text = error.to_string();
        assert!(text.starts_with(&format!("GET {}: ", server.url("/api/a"))), "{text}");
        assert!(text.contains(&format!("answered {status} (\"down, ***\")")), "{text}");
        assert!(text.contains("(request Root=1-2;3)"), "{text}");
    }
}

#[test]
fn a_wait_that_is_too_long_is_said_and_not_waited() {
    let server = saying(vec![
        Said::status(429).header("RateLimit", "\"api\";r=0;t=299").body("<h1>429</h1>"),
    ]);
    let error = server.client().get(&server.url("/a"), LIMIT).unwrap_err();
    assert_eq!(*error.reason(), Reason::AskedToWait { status: 429, asked: 300 });
    assert_eq!(server.received().len(), 1);
}

#[test]
fn a_server_that_is_not_there_is_an_error_that_says_so() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let server = saying(vec![Said::ok("")]);
    let client = server.client_with(|settings| {
        settings.endpoint = format!("http://{address}/").parse().unwrap();
    });
    let error = client.get(client.endpoint(), LIMIT).unwrap_err();
    assert!(matches!(error.reason(), Reason::Transport(Transport::Connection(_))), "{error}");
    assert_eq!(client.activity().requests(), 5);
    for _ in 0..3 {
        client.get(client.endpoint(), LIMIT).unwrap_err();
    }
    // Now it is tried once only.
    assert_eq!(client.activity().requests(), 5 + 5 + 5 + 1);
}

#[test]
fn a_document_has_a_limit_in_bytes_whether_or_not_it_says_how_many_come() {
    let server = saying(vec![Said::ok(vec![b'x'; 101])]);
    let error = server.client().get(&server.url("/a"), 100).unwrap_err();
    assert_eq!(*error.reason(), Reason::TooLarge(100));
    let client = server.client();
    assert_eq!(client.get(&server.url("/a"), 101).unwrap().body.len(), 101);
    let server = saying(vec![Said::ok("").declaring(usize::MAX)]);
    let error = server.client().get(&server.url("/a"), 100).unwrap_err();
    assert_eq!(*error.reason(), Reason::TooLarge(100));
    let chunked = b"65\r\n".iter().copied().chain([b'x'; 101]).chain(*b"\r\n0\r\n\r\n");
    let server = saying(vec![
        Said::ok(chunked.collect::<Vec<u8>>())
            .header("Transfer-Encoding", "chunked")
            .without_length(),
    ]);
    let client = server.client();
    assert_eq!(client.get(&server.url("/a"), 101).unwrap().body.len(), 101);
    let error = client.get(&server.url("/a"), 100).unwrap_err();
    assert_eq!(*error.reason(), Reason::TooLarge(100));
}

#[test]
fn a_server_of_the_old_protocol_is_understood() {
    let server = saying(vec![Said::ok("{}").of_the_old_protocol()]);
    let client = server.client();
    assert_eq!(client.get(&server.url("/a"), LIMIT).unwrap().body, b"{}");
    assert_eq!(client.get(&server.url("/a"), LIMIT).unwrap().body, b"{}");
    assert_eq!((client.activity().requests(), server.connections()), (2, 2));
}

#[test]
fn the_text_of_an_error_is_cut() {
    let server = saying(vec![Said::status(400).body(vec![b'x'; 1 << 20])]);
    assert_eq!(server.client().get(&server.url("/a"), LIMIT).unwrap().body.len(), 64 << 10);
}

#[test]
fn a_truncated_document_is_asked_for_again() {
    let server = saying(vec![Said::ok("whole").cut_after(3), Said::ok("whole")]);
    assert_eq!(server.client().get(&server.url("/a"), LIMIT).unwrap().body, b"whole");
}

#[test]
fn an_encoded_reply_is_refused() {
    let server = saying(vec![Said::ok("x").header("Content-Encoding", "gzip")]);
    let error = server.client().get(&server.url("/a"), LIMIT).unwrap_err();
    assert_eq!(*error.reason(), Reason::Encoded("gzip".to_owned()));
    let server = saying(vec![Said::ok("x").header("Content-Encoding", "identity")]);
    assert_eq!(server.client().get(&server.url("/a"), LIMIT).unwrap().body, b"x");
}

#[test]
fn bytes_that_trickle_do_not_hold_up_a_run() {
    let server = saying(vec![Said::ok(vec![b'x'; 100_000]).trickling()]);
    let client = server.client_with(|settings| {
        settings.timeouts.read = Duration::from_millis(30);
        settings.patience.attempts = 2;
    });
    let error = client.get(&server.url("/a"), LIMIT).unwrap_err();
    let too_slow = [
        Reason::Transport(Transport::Slow),
        Reason::Transport(Transport::Timeout("reading the reply")),
    ];
    assert!(too_slow.contains(error.reason()), "{error}");
    assert_eq!(client.activity().requests(), 2);
}

#[test]
fn a_head_that_never_comes_is_not_waited_for() {
    let (release, held) = std::sync::mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    let server = TestServer::start(move |_| {
        let _ = held.lock().unwrap().recv();
        Said::nothing()
    });
    let client = server.client_with(|settings| {
        settings.timeouts.head = Duration::from_millis(20);
        settings.patience.attempts = 2;
    });
    let error = client.get(&server.url("/a"), LIMIT).unwrap_err();
    assert_eq!(*error.reason(), Reason::Transport(Transport::Timeout("waiting for the reply")));
    drop(release);
}

#[test]
fn a_head_without_end_is_no_reply() {
    let server = saying(vec![Said::ok("x").header("X-Long", &"x".repeat(100_000))]);
    let client = server.client_with(|settings| settings.patience.attempts = 1);
    let error = client.get(&server.url("/a"), LIMIT).unwrap_err();
    assert!(matches!(error.reason(), Reason::Transport(_)), "{error}");
}

#[test]
fn a_redirect_that_carries_the_token_away_is_not_followed() {
    let stranger = saying(vec![Said::ok("x")]);
    let elsewhere = stranger.url(&format!("/x?token={SECRET}")).to_string();
    let server = saying(vec![Said::redirect(302, &elsewhere)]);
    let client = server.client();
    let url = server.url("/m/resolve/main/x");
    let error = client.exchange(&url, None, super::exchange::Foreign::Allowed).err().unwrap();
    assert_eq!(*error.reason(), Reason::Redirect(Redirect::Token));
    assert!(stranger.received().is_empty());
    assert_no_secret(&error);
}

#[test]
fn https_is_not_left_again() {
    let server = saying(vec![Said::ok("")]);
    let client = server.client_with(|settings| {
        settings.endpoint = "https://hub.example/".parse().unwrap();
    });
    let from = "https://hub.example/a".parse().unwrap();
    let foreign = super::exchange::Foreign::Allowed;
    let next = |location: &str| client.next_hop(&from, Some(location), foreign);
    assert_eq!(next("http://hub.example/a").unwrap_err(), Redirect::Downgrade);
    assert_eq!(next("http://cdn.example/a").unwrap_err(), Redirect::Downgrade);
    assert_eq!(next("//cdn.example/a").unwrap().as_str(), "https://cdn.example/a");
}

#[test]
fn only_scheme_host_and_port_together_are_the_endpoint() {
    let server = saying(vec![Said::ok("")]);
    let client = server.client_with(|settings| {
        settings.endpoint = "https://hub.example/".parse().unwrap();
    });
    let own = |url: &str| client.is_own(&url.parse().unwrap());
    assert!(own("https://hub.example/a") && own("https://HUB.example:443/"));
    for url in ["http://hub.example/", "https://hub.example:444/", "https://x.hub.example/"] {
        assert!(!own(url), "{url}");
    }
}

#[test]
fn a_proxy_gets_neither_the_token_nor_the_path() {
    use std::io::{BufRead as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // The proxy answers in place of the host that it is asked to connect to.
    let heads = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut lines = std::io::BufReader::new(stream.try_clone().unwrap()).lines();
        ["", "Content-Length: 2\r\n"].map(|header| {
            let head: Vec<String> =
                lines.by_ref().map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
            let body = if header.is_empty() { "" } else { "{}" };
            stream.write_all(format!("HTTP/1.1 200 OK\r\n{header}\r\n{body}").as_bytes()).unwrap();
            head.join("\n")
        })
    });
    let environment = crate::source::Environment::read(|name| match name {
        "HF_ENDPOINT" => Some("http://hub.example".to_owned()),
        "HF_TOKEN" => Some(SECRET.to_owned()),
        "HTTP_PROXY" => Some(format!("http://{address}")),
        _ => None,
    });
    let settings = super::Settings::new(&environment.unwrap()).unwrap();
    let client = super::Client::new(settings, std::sync::Arc::default()).unwrap();
    let reply = client.get(&client.address(&["api", "models", "a"], &[]), LIMIT).unwrap();
    assert_eq!(reply.body, b"{}");
    let [to_proxy, to_host] = heads.join().unwrap();
    assert!(to_proxy.starts_with("CONNECT hub.example:80 "), "{to_proxy}");
    assert!(!to_proxy.contains(SECRET) && !to_proxy.contains("models"), "{to_proxy}");
    assert!(to_host.contains("Bearer hf_secret"), "{to_host}");
}

#[test]
fn a_certificate_that_is_not_accepted_is_not_asked_for_again() {
    let reason = |text: &str| {
        let error = std::io::Error::new(std::io::ErrorKind::InvalidData, text);
        let url = "https://hub.example/".parse().unwrap();
        HttpError::new(&url, &url, Reason::Transport(super::error::broken(&error)))
    };
    let error = reason("invalid peer certificate: UnknownIssuer");
    assert!(!error.is_transient() && error.to_string().contains("`SSL_CERT_FILE`"), "{error}");
    assert!(reason("corrupt message").is_transient());
}
