//! Where the API lives.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;
use core::net::IpAddr;
use core::str::FromStr;

use http::Uri;

use super::checked::checked;
use crate::error::Invalid;

/// The address of the API: `https`, or `http` for this machine only.
///
/// A trailing `/` or `/v1` is accepted and dropped; a path before it is kept, for gateways that mount
/// the API somewhere else. No user name, query or fragment.
///
/// ```
/// use zoomout_core::BaseUrl;
///
/// let url: BaseUrl = "https://api.apimart.ai/v1/".parse()?;
/// assert_eq!(url, BaseUrl::default());
/// assert!("http://api.apimart.ai".parse::<BaseUrl>().is_err(), "the key would travel in the clear");
/// # Ok::<(), zoomout_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// Like parsing, but allows `http` for hosts other than this machine: the API key then travels in
    /// the clear.
    ///
    /// # Errors
    /// [`Invalid`] if this is not the address of an HTTP server.
    pub fn allowing_cleartext(text: &str) -> Result<Self, Invalid> {
        Self::parse(text, true)
    }

    /// The address, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the host is this machine: `localhost`, `127.0.0.0/8` or `::1`.
    pub fn is_loopback(&self) -> bool {
        self.0.parse::<Uri>().is_ok_and(|uri| is_loopback(&uri))
    }

    fn parse(text: &str, allow_cleartext: bool) -> Result<Self, Invalid> {
        let refuse = |why: &str| Invalid::new("base_url", format_args!("{why}, got {text:?}"));
        // A user name may come with a password: such an address is not repeated.
        if text.contains('@') {
            return Err(Invalid::new("base_url", format_args!("must not hold a user name or password")));
        }
        if text.contains(['?', '#']) {
            return Err(refuse("must not hold a query or a fragment"));
        }
        let uri: Uri =
            text.parse().map_err(|_| refuse("must be an address such as https://api.apimart.ai"))?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(refuse("must begin with https:// and name a host"));
        };
        match scheme {
            "https" => {}
            "http" if allow_cleartext || is_loopback(&uri) => {}
            "http" => {
                return Err(refuse(
                    "must use https (http is for this machine only: the key would travel in the clear)",
                ));
            }
            _ => return Err(refuse("must use https")),
        }
        let path = uri.path().trim_end_matches('/');
        let path = path.strip_suffix("/v1").unwrap_or(path);
        Ok(Self([scheme, "://", authority.as_str(), path].concat()))
    }
}

fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl Default for BaseUrl {
    /// `https://api.apimart.ai` (reference, section 2).
    fn default() -> Self {
        Self("https://api.apimart.ai".to_owned())
    }
}

impl FromStr for BaseUrl {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::parse(text, false)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl serde::Serialize for BaseUrl {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

checked!(BaseUrl, String, |text: String| text.parse::<BaseUrl>());

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn a_trailing_slash_and_v1_are_dropped() {
        for (text, kept) in [
            ("https://api.apib.ai", "https://api.apib.ai"),
            ("https://api.apib.ai/", "https://api.apib.ai"),
            ("https://api.apib.ai/v1", "https://api.apib.ai"),
            ("https://gateway.example/apimart/v1/", "https://gateway.example/apimart"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:8080/", "http://[::1]:8080"),
            ("http://localhost:1", "http://localhost:1"),
        ] {
            assert_eq!(text.parse::<BaseUrl>().unwrap().as_str(), kept);
        }
    }

    #[test]
    fn what_would_leak_or_mislead_is_refused() {
        for text in [
            "",
            "api.apimart.ai",
            "ftp://api.apimart.ai",
            "http://api.apimart.ai",
            "https://",
            "https://a b",
            "https://api.apimart.ai?x=1",
            "https://api.apimart.ai#x",
            "http://127.0.0.1.example.com",
            "/v1",
        ] {
            assert_eq!(text.parse::<BaseUrl>().unwrap_err().field(), "base_url", "{text:?}");
        }
        let error = "https://me:sk-MARK@api.apimart.ai".parse::<BaseUrl>().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("MARK"));
        assert!(BaseUrl::allowing_cleartext("http://gateway.lan:3000").is_ok());
    }
}
