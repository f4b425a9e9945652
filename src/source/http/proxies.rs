//! Which proxy a request goes through, if any.

use std::fmt;

use ureq::{Proxy, ProxyProtocol};
use url::Url;

use super::settings::SettingsError;
use crate::source::environment::{Named, ProxyVariables};

/// Which proxy a request goes through, if any.
#[derive(Clone, Default)]
pub(super) struct Proxies {
    pub(super) https: Option<Proxy>,
    pub(super) http: Option<Proxy>,
    exempt: Vec<Exemption>,
}

/// The way that a request takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    Direct,
    HttpsProxy,
    HttpProxy,
}

/// A host of `NO_PROXY`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Exemption {
    Everything,
    /// The host itself and every host below it, on one port or on all.
    Host(String, Option<u16>),
}

impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = |proxy: &Option<Proxy>| {
            proxy.as_ref().map(|proxy| format!("{}:{}", proxy.host(), proxy.port()))
        };
        f.debug_struct("Proxies")
            .field("https", &host(&self.https))
            .field("http", &host(&self.http))
            .field("exempt", &self.exempt)
            .finish()
    }
}

impl Proxies {
    /// As the variables say.
    pub(super) fn new(variables: &ProxyVariables) -> Result<Self, SettingsError> {
        Ok(Self {
            https: variables.https.as_ref().map(proxy).transpose()?,
            http: variables.http.as_ref().map(proxy).transpose()?,
            exempt: variables.exempt.as_deref().map(exemptions).unwrap_or_default(),
        })
    }

    /// The way to `url`.
    pub(super) fn route(&self, url: &Url) -> Route {
        let is_https = url.scheme() == "https";
        let proxy = if is_https { &self.https } else { &self.http };
        if proxy.is_none() || self.exempt.iter().any(|exemption| exemption.holds(url)) {
            Route::Direct
        } else if is_https {
            Route::HttpsProxy
        } else {
            Route::HttpProxy
        }
    }
}

fn proxy(named: &Named<String>) -> Result<Proxy, SettingsError> {
    match Proxy::new(named.value.trim()) {
        Ok(proxy)
            if matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https)
                && !proxy.host().is_empty() =>
        {
            Ok(proxy)
        }
        _ => Err(SettingsError::Proxy(named.variable)),
    }
}

/// The entries of `NO_PROXY`: separated by commas or spaces; a leading `.` or `*.` changes
/// nothing, since a host stands for everything below it as well (curl, Python).
fn exemptions(text: &str) -> Vec<Exemption> {
    text.split([',', ' '])
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
        .map(|entry| {
            if entry == "*" {
                return Exemption::Everything;
            }
            let entry = entry.trim_start_matches('*').trim_start_matches('.').to_ascii_lowercase();
            match entry.rsplit_once(':') {
                // More than one colon is an IPv6 address without a port.
                Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
                    match port.parse() {
                        Ok(port) => Exemption::Host(without_brackets(host), Some(port)),
                        Err(_) => Exemption::Host(without_brackets(&entry), None),
                    }
                }
                _ => Exemption::Host(without_brackets(&entry), None),
            }
        })
        .collect()
}

fn without_brackets(host: &str) -> String {
    host.trim_start_matches('[').trim_end_matches(']').to_owned()
}

impl Exemption {
    fn holds(&self, url: &Url) -> bool {
        let Self::Host(name, port) = self else { return true };
        if port.is_some() && *port != url.port_or_known_default() {
            return false;
        }
        let host = without_brackets(url.host_str().unwrap_or_default());
        match host.strip_suffix(name.as_str()) {
            Some("") => true,
            Some(above) => above.ends_with('.') && !name.is_empty(),
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(https: &str, exempt: &str) -> Result<Proxies, SettingsError> {
        let variable = |value: &str| Named { variable: "HTTPS_PROXY", value: value.to_owned() };
        Proxies::new(&ProxyVariables {
            https: Some(variable(https)),
            http: None,
            exempt: Some(exempt.to_owned()),
        })
    }

    #[test]
    fn each_scheme_has_a_proxy_of_its_own() {
        let proxies = proxies("http://proxy.example:3128", "").unwrap();
        let route = |url: &str| proxies.route(&url.parse().unwrap());
        assert_eq!(route("https://huggingface.co/"), Route::HttpsProxy);
        assert_eq!(route("http://huggingface.co/"), Route::Direct);
    }

    #[test]
    fn exempt_hosts_are_asked_directly() {
        let exempt = "localhost, 127.0.0.1,.example.org,example.com:8443 *.example.net,::1,[::2]:9";
        let proxies = proxies("http://proxy.example:3128", exempt).unwrap();
        let direct = |url: &str| proxies.route(&url.parse().unwrap()) == Route::Direct;
        for url in [
            "https://localhost/",
            "https://127.0.0.1:1/",
            "https://example.org/",
            "https://EXAMPLE.org/",
            "https://hub.example.org/",
            "https://example.com:8443/",
            "https://a.b.example.net/",
            "https://[::1]/",
            "https://[::2]:9/",
        ] {
            assert!(direct(url), "{url}");
        }
        for url in ["https://notexample.org/", "https://example.com/", "https://[::2]/"] {
            assert!(!direct(url), "{url}");
        }
        assert_eq!(exemptions("*"), [Exemption::Everything]);
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_named_by_its_variable_only() {
        for wrong in ["", "socks5://user:secret@proxy:1", "http://", "user:secret@:x"] {
            let error = proxies(wrong, "").unwrap_err().to_string();
            assert!(error.contains("`HTTPS_PROXY`") && !error.contains("secret"), "{error}");
        }
    }
}
