//! How requests are made: to whom, how long they may take, how many there are at once.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::time::Duration;

use ureq::tls::{Certificate, PemItem, RootCerts, parse_pem};
use url::Url;

use super::proxies::Proxies;
use super::token::Token;
use crate::source::environment::{Environment, Named};

/// How weighstation names itself.
pub(super) const USER_AGENT: &str = concat!("weighstation/", env!("CARGO_PKG_VERSION"));

/// Largest file with certificates; bundles of whole distributions have a few hundred KiB.
const LARGEST_BUNDLE: u64 = 8 << 20;

/// How requests are made.
#[derive(Clone, Debug)]
pub(in crate::source) struct Settings {
    /// The Hub; the token goes to its origin and to no other.
    pub(super) endpoint: Url,
    pub(super) token: Option<Token>,
    pub(super) timeouts: Timeouts,
    pub(super) patience: Patience,
    pub(super) certificates: RootCerts,
    pub(super) proxies: Proxies,
    /// Most requests at the same time. A connection costs about 100 KiB.
    pub(super) requests_at_once: usize,
    /// Most bytes of fetched ranges that all remote files together keep.
    pub(super) cached_bytes: usize,
}

/// The longest time that each phase of a request may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timeouts {
    /// For the connection, with the handshake of TLS.
    pub(super) connect: Duration,
    /// From the request to the end of the reply's head.
    pub(super) head: Duration,
    /// For each read of the body; also the time after which a body that trickles must have come
    /// at the slowest rate on average.
    pub(super) read: Duration,
}

/// How long and how often a request is repeated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Most attempts, the first one included.
    pub(super) attempts: u32,
    /// The pause before the second attempt; each further one is twice as long.
    pub(super) first_pause: Duration,
    /// The longest pause that is not asked for by the server.
    pub(super) longest_pause: Duration,
    /// Most time that one request spends with pauses, and most time that it spends with attempts
    /// that fail before no further one is made.
    pub(super) longest_wait: Duration,
}

/// Why requests cannot be made as the environment asks for.
#[derive(Debug, thiserror::Error)]
pub(in crate::source) enum SettingsError {
    /// The file with certificates.
    #[error("the certificates in `{path}`, which `{variable}` names, cannot be used: {reason}")]
    Certificates {
        /// The variable.
        variable: &'static str,
        /// The file.
        path: String,
        /// In whose words whatever.
        reason: String,
    },
    /// The address of a proxy, which is not repeated: it may hold a password.
    #[error(
        "`{0}` is no address of a proxy that can be used: write `http://host:port` or \
         `https://host:port`"
    )]
    Proxy(&'static str),
}

impl Settings {
    /// As the environment asks for, with the defaults for what it does not say.
    ///
    /// # Errors
    /// A proxy that is none, or certificates that cannot be read.
    pub(in crate::source) fn new(environment: &Environment) -> Result<Self, SettingsError> {
        let standard = Timeouts::default();
        Ok(Self {
            endpoint: environment.endpoint().clone(),
            token: environment.token().cloned(),
            timeouts: Timeouts {
                connect: standard.connect,
                head: environment.head_timeout().unwrap_or(standard.head),
                read: environment.read_timeout().unwrap_or(standard.read),
            },
            patience: Patience::default(),
            certificates: match environment.certificates() {
                Some(Named { variable, value }) => certificates(variable, value)?,
                None => RootCerts::WebPki,
            },
            proxies: Proxies::new(environment.proxies())?,
            requests_at_once: 112,
            cached_bytes: 8 << 20,
        })
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            head: Duration::from_secs(30),
            read: Duration::from_secs(30),
        }
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            attempts: 5,
            first_pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(8),
            longest_wait: Duration::from_secs(60),
        }
    }
}

/// The certificates in a PEM file. They take the place of the built-in ones, as they do in the
/// programs that the variables come from.
fn certificates(variable: &'static str, path: &Path) -> Result<RootCerts, SettingsError> {
    let wrong = |reason: String| SettingsError::Certificates {
        variable,
        path: path.display().to_string(),
        reason,
    };
    let bytes = bundle(path).map_err(|error| wrong(error.to_string()))?;
    let mut certificates: Vec<Certificate<'static>> = Vec::new();
    for item in parse_pem(&bytes) {
        match item {
            Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
            Ok(_) => {}
            Err(_) => return Err(wrong("it is no PEM file".to_owned())),
        }
    }
    if certificates.is_empty() {
        return Err(wrong("it contains no certificate in PEM form".to_owned()));
    }
    Ok(RootCerts::new_with_certs(&certificates))
}

fn bundle(path: &Path) -> io::Result<Vec<u8>> {
    // A fifo would be waited for when it is opened.
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no ordinary file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST_BUNDLE.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST_BUNDLE {
        return Err(io::Error::other("it is larger than 8 MiB"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let lookup = |name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        Settings::new(&Environment::read(lookup).unwrap())
    }

    #[test]
    fn timeouts_of_the_official_variables_are_taken_over() {
        let variables = [("HF_HUB_ETAG_TIMEOUT", "3"), ("HF_HUB_DOWNLOAD_TIMEOUT", "4")];
        let timeouts = settings(&variables).unwrap().timeouts;
        assert_eq!(timeouts.head, Duration::from_secs(3));
        assert_eq!(timeouts.read, Duration::from_secs(4));
    }

    #[test]
    fn certificates_that_cannot_be_used_are_an_error_and_not_ignored() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bundle.pem");
        let variables = [("SSL_CERT_FILE", path.to_str().unwrap())];
        let message = || settings(&variables).unwrap_err().to_string();
        assert!(message().contains("SSL_CERT_FILE"), "{}", message());
        std::fs::write(&path, "no certificate").unwrap();
        assert!(message().contains("no certificate"), "{}", message());
        let variables = [("CURL_CA_BUNDLE", folder.path().to_str().unwrap())];
        let message = settings(&variables).unwrap_err().to_string();
        assert!(message.contains("no ordinary file"), "{message}");
    }

    #[test]
    fn certificates_of_a_bundle_are_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bundle.pem");
        let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".repeat(2);
        std::fs::write(&path, pem).unwrap();
        let settings = settings(&[("REQUESTS_CA_BUNDLE", path.to_str().unwrap())]).unwrap();
        let RootCerts::Specific(certificates) = settings.certificates else { panic!() };
        assert_eq!(certificates.len(), 2);
    }

    #[test]
    fn secrets_are_not_in_the_debug_form() {
        let settings = settings(&[
            ("HF_TOKEN", "hf_secret"),
            ("HTTPS_PROXY", "http://user:secret@proxy.example:3128"),
        ])
        .unwrap();
        let text = format!("{settings:?}");
        assert!(!text.contains("secret"), "{text}");
    }
}
