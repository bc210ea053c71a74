//! Where a provider is.

use std::fmt;

use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};

/// An address that calls may go to: `https`, or a port of this machine. It may be a secret itself (Slack), so it is never shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Address(Url);

/// An address that no call goes to. It does not say which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// It cannot be read.
    #[error("the address is no URL")]
    NoUrl,
    /// What is sent could be read on the way.
    #[error("the address has to begin with https:// (http:// is for loopback only)")]
    NotEncrypted,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// [`BadAddress`].
    pub(crate) fn parse(text: &SecretString) -> Result<Self, BadAddress> {
        let url = Url::parse(text.expose_secret().trim()).map_err(|_| BadAddress::NoUrl)?;
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if is_loopback(&url) => Ok(Self(url)),
            "http" => Err(BadAddress::NotEncrypted),
            _ => Err(BadAddress::NoUrl),
        }
    }

    /// The address of `path` below this one; this one itself where the path is empty.
    pub(super) fn join(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        if !path.is_empty() {
            let base = url.path().trim_end_matches('/').to_owned();
            url.set_path(&format!("{base}{path}"));
        }
        url
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Address, BadAddress> {
        Address::parse(&SecretString::from(text))
    }

    #[test]
    fn what_is_sent_is_encrypted_unless_it_stays_on_this_machine() {
        for allowed in [
            "https://hooks.slack.com/services/T/B/x",
            "http://127.0.0.1:8420",
            "http://127.9.9.9/",
            "http://[::1]:8420/v1",
            "http://localhost:8420",
            " https://example.com\n",
        ] {
            assert!(parse(allowed).is_ok(), "{allowed}");
        }
        for refused in [
            "http://example.com",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "http://10.0.0.1",
        ] {
            assert_eq!(parse(refused), Err(BadAddress::NotEncrypted), "{refused}");
        }
        for no_url in ["", "example.com", "ftp://example.com", "file:///etc/passwd"] {
            assert_eq!(parse(no_url), Err(BadAddress::NoUrl), "{no_url}");
        }
    }

    #[test]
    fn a_path_comes_behind_the_address_and_an_address_alone_stays_unchanged() {
        let at = |address| parse(address).unwrap();
        for base in ["https://api.example.com", "https://api.example.com/"] {
            assert_eq!(
                at(base).join("/v1/charges").as_str(),
                "https://api.example.com/v1/charges"
            );
        }
        assert_eq!(
            at("https://example.com/a/").join("/v1/x").as_str(),
            "https://example.com/a/v1/x"
        );
        assert_eq!(
            at("https://example.com/hook?t=1").join("").as_str(),
            "https://example.com/hook?t=1"
        );
    }

    #[test]
    fn an_address_is_never_shown() {
        let shown = format!("{:?}", parse("https://hooks.slack.com/services/T/B/x").unwrap());
        assert_eq!(shown, "Address([REDACTED])");
    }
}
