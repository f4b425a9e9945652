//! What the environment says of the Hub: the variables that the official clients know, with the
//! same meaning and the same precedence (huggingface_hub 2.4, `constants.py` and `utils/_auth.py`).

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;

use super::http::Token;

const HUB: &str = "https://huggingface.co";

/// Longest time that a timeout variable may name; a longer one is a mistake.
const LONGEST_TIMEOUT: u64 = 3600;

/// What the environment says of the Hub, read once.
#[derive(Clone, Debug)]
pub struct Environment {
    endpoint: Url,
    token: Option<Token>,
    offline: bool,
    cache: Option<PathBuf>,
    head_timeout: Option<Duration>,
    read_timeout: Option<Duration>,
    certificates: Option<Named<PathBuf>>,
    proxies: ProxyVariables,
}

/// A value and the variable it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named<T> {
    pub(crate) variable: &'static str,
    pub(crate) value: T,
}

/// What the environment says of proxies, not yet looked into. Proxy addresses may hold a password
/// and are not shown.
#[derive(Clone, Default)]
pub(crate) struct ProxyVariables {
    /// For `https` addresses.
    pub(crate) https: Option<Named<String>>,
    /// For `http` addresses.
    pub(crate) http: Option<Named<String>>,
    /// The hosts that are asked directly.
    pub(crate) exempt: Option<String>,
}

impl fmt::Debug for ProxyVariables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyVariables")
            .field("https", &self.https.as_ref().map(|proxy| proxy.variable))
            .field("http", &self.http.as_ref().map(|proxy| proxy.variable))
            .field("exempt", &self.exempt)
            .finish()
    }
}

/// A variable whose value cannot be used. Never says the value of a secret.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// `HF_ENDPOINT` is no address of a Hub.
    #[error(
        "`HF_ENDPOINT` is no address of a Hub: {0}; \
         write `https://host` or `http://host:port`, without user, password, `?` and `#`"
    )]
    Endpoint(&'static str),
    /// A variable that should hold seconds.
    #[error("`{0}` should be a whole number of seconds from 1 to 3600")]
    Seconds(&'static str),
    /// A token that is none.
    #[error("the token in {place} cannot be used: {reason}")]
    Token {
        /// The variable or file.
        place: String,
        /// What is wrong, without the token.
        reason: String,
    },
}

impl Environment {
    /// Reads the variables through `lookup`, and the token's file if a variable does not hold it.
    /// An empty variable counts as not set.
    ///
    /// # Errors
    /// A variable whose value cannot be used, or a token file that is there and cannot be read.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, EnvironmentError> {
        let lookup = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let first = |names: &[&'static str]| {
            names
                .iter()
                .find_map(|variable| lookup(variable).map(|value| Named { variable, value }))
        };
        let home = Home::read(&lookup);
        let certificates = first(&["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"]);
        Ok(Self {
            endpoint: endpoint(lookup("HF_ENDPOINT").as_deref())?,
            token: token(&lookup, &home)?,
            offline: first(&["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
                .is_some_and(|named| is_true(&named.value)),
            cache: home.cache(&lookup),
            head_timeout: seconds(&lookup, "HF_HUB_ETAG_TIMEOUT")?,
            read_timeout: seconds(&lookup, "HF_HUB_DOWNLOAD_TIMEOUT")?,
            certificates: certificates
                .map(|Named { variable, value }| Named { variable, value: value.into() }),
            proxies: ProxyVariables {
                https: first(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]),
                http: first(&["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]),
                exempt: first(&["NO_PROXY", "no_proxy"]).map(|named| named.value),
            },
        })
    }

    /// The Hub: `HF_ENDPOINT`, else the public one. Without a `/` at the end of its path, unless
    /// that is the whole path.
    pub fn endpoint(&self) -> &Url {
        &self.endpoint
    }

    /// `HF_HUB_OFFLINE`, else `TRANSFORMERS_OFFLINE`.
    pub fn is_offline(&self) -> bool {
        self.offline
    }

    /// The cache that the official clients fill: `HF_HUB_CACHE`, `HUGGINGFACE_HUB_CACHE`, else
    /// `hub` in `HF_HOME`, whose own default is `huggingface` in `XDG_CACHE_HOME` or `~/.cache`.
    /// `None` if not even a home folder is known. It need not exist.
    pub fn cache(&self) -> Option<&Path> {
        self.cache.as_deref()
    }

    /// Whether requests are made with a token.
    pub fn has_token(&self) -> bool {
        self.token.is_some()
    }

    pub(crate) fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }

    /// `HF_HUB_ETAG_TIMEOUT`.
    pub(crate) fn head_timeout(&self) -> Option<Duration> {
        self.head_timeout
    }

    /// `HF_HUB_DOWNLOAD_TIMEOUT`.
    pub(crate) fn read_timeout(&self) -> Option<Duration> {
        self.read_timeout
    }

    /// The file with the certificates that are trusted in place of the built-in ones.
    pub(crate) fn certificates(&self) -> Option<&Named<PathBuf>> {
        self.certificates.as_ref()
    }

    pub(crate) fn proxies(&self) -> &ProxyVariables {
        &self.proxies
    }
}

fn is_true(value: &str) -> bool {
    matches!(value.to_ascii_uppercase().as_str(), "1" | "ON" | "YES" | "TRUE")
}

fn seconds(
    lookup: &impl Fn(&str) -> Option<String>,
    variable: &'static str,
) -> Result<Option<Duration>, EnvironmentError> {
    let Some(value) = lookup(variable) else { return Ok(None) };
    match value.trim().parse::<u64>() {
        Ok(seconds @ 1..=LONGEST_TIMEOUT) => Ok(Some(Duration::from_secs(seconds))),
        _ => Err(EnvironmentError::Seconds(variable)),
    }
}

fn endpoint(value: Option<&str>) -> Result<Url, EnvironmentError> {
    let wrong = EnvironmentError::Endpoint;
    let mut url = Url::parse(value.unwrap_or(HUB).trim()).map_err(|_| wrong("it is no URL"))?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(wrong("it is neither https nor http"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("it contains a user or password; tokens belong into `HF_TOKEN`"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("it contains a query or a fragment"));
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

/// The folders that the defaults are relative to.
struct Home {
    user: Option<PathBuf>,
    hub: Option<PathBuf>,
}

impl Home {
    fn read(lookup: &impl Fn(&str) -> Option<String>) -> Self {
        let variable = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
        let user = lookup(variable).map(PathBuf::from);
        let mut home = Self { user, hub: None };
        home.hub = match lookup("HF_HOME") {
            Some(path) => Some(home.expanded(&path)),
            None => lookup("XDG_CACHE_HOME")
                .map(|path| home.expanded(&path))
                .or_else(|| home.user.as_ref().map(|user| user.join(".cache")))
                .map(|cache| cache.join("huggingface")),
        };
        home
    }

    fn cache(&self, lookup: &impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
        lookup("HF_HUB_CACHE")
            .or_else(|| lookup("HUGGINGFACE_HUB_CACHE"))
            .map(|path| self.expanded(&path))
            .or_else(|| self.hub.as_ref().map(|hub| hub.join("hub")))
    }

    /// `path` with a leading `~` replaced, as the official client does.
    fn expanded(&self, path: &str) -> PathBuf {
        match (path.strip_prefix('~'), &self.user) {
            (Some(""), Some(user)) => user.clone(),
            (Some(rest), Some(user)) if rest.starts_with(['/', std::path::MAIN_SEPARATOR]) => {
                user.join(rest.trim_start_matches(['/', std::path::MAIN_SEPARATOR]))
            }
            _ => PathBuf::from(path),
        }
    }
}

fn token(
    lookup: &impl Fn(&str) -> Option<String>,
    home: &Home,
) -> Result<Option<Token>, EnvironmentError> {
    if lookup("HF_HUB_DISABLE_IMPLICIT_TOKEN").is_some_and(|value| is_true(&value)) {
        return Ok(None);
    }
    let parsed = |text: &str, place: String| {
        Token::parse(text)
            .map_err(|error| EnvironmentError::Token { place, reason: error.to_string() })
    };
    for variable in ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"] {
        let Some(value) = lookup(variable) else { continue };
        if let Some(token) = parsed(&value, format!("`{variable}`"))? {
            return Ok(Some(token));
        }
    }
    let path = match lookup("HF_TOKEN_PATH") {
        Some(path) => home.expanded(&path),
        None => match &home.hub {
            Some(hub) => hub.join("token"),
            None => return Ok(None),
        },
    };
    let place = || format!("`{}`", path.display());
    match token_file(&path) {
        Ok(Some(text)) => parsed(&text, place()),
        Ok(None) => Ok(None),
        Err(error) => Err(EnvironmentError::Token { place: place(), reason: error.to_string() }),
    }
}

/// The text of a token file; `None` if there is none.
fn token_file(path: &Path) -> io::Result<Option<String>> {
    // A fifo would be waited for when it is opened.
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Err(io::Error::other("it is no ordinary file")),
        Err(error)
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(error),
    }
    let most = (Token::LONGEST as u64).saturating_mul(2);
    let mut text = String::new();
    File::open(path)?.take(most).read_to_string(&mut text)?;
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Environment, EnvironmentError> {
        Environment::read(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    fn shown(environment: &Environment) -> Option<String> {
        environment.token().map(Token::authorization)
    }

    #[test]
    fn without_variables_it_is_the_public_hub_without_a_token() {
        let environment = read(&[]).unwrap();
        assert_eq!(environment.endpoint().as_str(), "https://huggingface.co/");
        assert!(!environment.has_token() && !environment.is_offline());
        assert_eq!(environment.cache(), None);
    }

    #[test]
    fn an_endpoint_is_an_address_and_nothing_else() {
        let endpoint = |value| read(&[("HF_ENDPOINT", value)]).map(|e| e.endpoint().to_string());
        assert_eq!(endpoint("http://127.0.0.1:8080/").unwrap(), "http://127.0.0.1:8080/");
        assert_eq!(endpoint("https://a.example/hub/x//").unwrap(), "https://a.example/hub/x");
        for wrong in [
            "huggingface.co",
            "ftp://a.example",
            "https://user@a.example",
            "https://:pw@a.example",
            "https://a.example/?x=1",
            "https://a.example/#x",
            "file:///etc/passwd",
        ] {
            let error = endpoint(wrong).unwrap_err().to_string();
            assert!(error.contains("HF_ENDPOINT") && !error.contains(":pw@"), "{wrong}: {error}");
        }
    }

    #[test]
    fn tokens_come_from_variables_before_files() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token"), "hf_file\n").unwrap();
        std::fs::write(folder.path().join("other"), "hf_other").unwrap();
        let home = folder.path().to_str().unwrap();
        let other = folder.path().join("other");
        let token = |variables: &[(&str, &str)]| {
            let mut variables = variables.to_vec();
            variables.push(("HF_HOME", home));
            shown(&read(&variables).unwrap())
        };
        assert_eq!(token(&[]).as_deref(), Some("Bearer hf_file"));
        assert_eq!(
            token(&[("HF_TOKEN_PATH", other.to_str().unwrap())]).as_deref(),
            Some("Bearer hf_other")
        );
        assert_eq!(token(&[("HF_TOKEN_PATH", "/nowhere/at/all")]), None);
        assert_eq!(
            token(&[("HUGGING_FACE_HUB_TOKEN", "hf_old")]).as_deref(),
            Some("Bearer hf_old")
        );
        assert_eq!(
            token(&[("HF_TOKEN", " hf_new "), ("HUGGING_FACE_HUB_TOKEN", "hf_old")]).as_deref(),
            Some("Bearer hf_new")
        );
        assert_eq!(token(&[("HF_TOKEN", "hf_new"), ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")]), None);
    }

    #[test]
    fn a_wrong_token_is_named_by_its_place_only() {
        let error = read(&[("HF_TOKEN", "hf_se cret")]).unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(text.contains("`HF_TOKEN`") && !text.contains("cret"), "{text}");
        let folder = tempfile::tempdir().unwrap();
        let error = read(&[("HF_TOKEN_PATH", folder.path().to_str().unwrap())]).unwrap_err();
        assert!(error.to_string().contains("no ordinary file"), "{error}");
    }

    #[test]
    fn nothing_of_a_secret_is_in_the_debug_form() {
        let environment = read(&[
            ("HF_TOKEN", "hf_secret"),
            ("HTTPS_PROXY", "http://user:secret@proxy:1"),
            ("ALL_PROXY", "http://user:secret@proxy:1"),
        ])
        .unwrap();
        let text = format!("{environment:?}");
        assert!(text.contains("HTTPS_PROXY") && !text.contains("secret"), "{text}");
    }

    #[test]
    fn caches_follow_the_official_precedence() {
        let cache = |variables: &[(&str, &str)]| {
            read(variables).unwrap().cache().map(|path| path.to_str().unwrap().to_owned())
        };
        let home = ("HOME", "/home/x");
        if cfg!(windows) {
            return;
        }
        assert_eq!(cache(&[home]).unwrap(), "/home/x/.cache/huggingface/hub");
        assert_eq!(cache(&[home, ("XDG_CACHE_HOME", "/cache")]).unwrap(), "/cache/huggingface/hub");
        assert_eq!(cache(&[home, ("HF_HOME", "~/hf")]).unwrap(), "/home/x/hf/hub");
        assert_eq!(cache(&[home, ("HUGGINGFACE_HUB_CACHE", "/old")]).unwrap(), "/old");
        assert_eq!(
            cache(&[home, ("HUGGINGFACE_HUB_CACHE", "/old"), ("HF_HUB_CACHE", "/new")]).unwrap(),
            "/new"
        );
    }

    #[test]
    fn the_first_offline_variable_that_is_set_decides() {
        let offline = |variables: &[(&str, &str)]| read(variables).unwrap().is_offline();
        assert!(offline(&[("HF_HUB_OFFLINE", "yes")]));
        assert!(offline(&[("TRANSFORMERS_OFFLINE", "True"), ("HF_HUB_OFFLINE", "")]));
        assert!(!offline(&[("HF_HUB_OFFLINE", "0"), ("TRANSFORMERS_OFFLINE", "1")]));
    }

    #[test]
    fn timeouts_are_seconds() {
        let environment = read(&[("HF_HUB_ETAG_TIMEOUT", "7")]).unwrap();
        assert_eq!(environment.head_timeout(), Some(Duration::from_secs(7)));
        for wrong in ["0", "-1", "soon", "99999999999999999999"] {
            assert!(read(&[("HF_HUB_DOWNLOAD_TIMEOUT", wrong)]).is_err(), "{wrong}");
        }
    }
}
