//! Finds the addresses of hosts: literal ones at once, others by the system, remembered for a while.
//!
//! ureq asks for an address on every request, even on one that reuses a connection, and its own resolver
//! starts a thread each time. This one does so only where a name was not looked up lately.

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::Uri;
use ureq::Error;
use ureq::config::Config;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// So long a name keeps its addresses.
const REMEMBERED: Duration = Duration::from_secs(30);

/// Which hosts may be talked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Any: the user named the host.
    Anywhere,
    /// Somebody else named the host: on the public internet over https, or, if `this_machine` is set,
    /// on this machine over either scheme.
    Linked { this_machine: bool },
}

/// A link that leads where links must not lead.
#[derive(Debug)]
pub(super) struct OutOfReach(&'static str);

impl fmt::Display for OutOfReach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for OutOfReach {}

#[derive(Debug)]
pub(super) struct RememberingResolver {
    system: DefaultResolver,
    reach: Reach,
    seen: Mutex<HashMap<String, (Instant, ResolvedSocketAddrs)>>,
}

impl RememberingResolver {
    pub(super) fn new(reach: Reach) -> Self {
        Self { system: DefaultResolver::default(), reach, seen: Mutex::new(HashMap::new()) }
    }

    fn look_up(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        if let Some(literal) = literal(uri) {
            let mut addresses = self.empty();
            addresses.push(literal);
            return Ok(addresses);
        }
        let name = uri.authority().map(ToString::to_string).unwrap_or_default();
        let name = format!("{}://{name}", uri.scheme_str().unwrap_or_default());
        let remembered = self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(&name).cloned();
        if let Some((_, addresses)) = remembered.filter(|(at, _)| at.elapsed() < REMEMBERED) {
            return Ok(addresses);
        }
        let addresses = self.system.resolve(uri, config, timeout).map_err(|error| match error {
            // The system's words for an unknown name differ from one system to the next.
            Error::Io(_) => Error::HostNotFound,
            other => other,
        })?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, (at, _)| at.elapsed() < REMEMBERED);
        seen.insert(name, (Instant::now(), addresses.clone()));
        Ok(addresses)
    }
}

impl Resolver for RememberingResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let addresses = self.look_up(uri, config, timeout)?;
        // A proxy is named by the user, whatever the link says.
        let is_proxy = config.proxy().is_some_and(|proxy| uri.host() == proxy.uri().host());
        if let (Reach::Linked { this_machine }, false) = (self.reach, is_proxy) {
            let secure = uri.scheme_str() == Some("https");
            addresses.iter().try_for_each(|address| check(address.ip(), secure, this_machine))?;
        }
        Ok(addresses)
    }
}

fn literal(uri: &Uri) -> Option<SocketAddr> {
    let host = uri.host()?.trim_start_matches('[').trim_end_matches(']');
    let default_port = match uri.scheme_str()? {
        "https" => 443,
        "http" => 80,
        _ => return None,
    };
    Some(SocketAddr::new(host.parse().ok()?, uri.port_u16().unwrap_or(default_port)))
}

fn check(address: IpAddr, secure: bool, this_machine: bool) -> Result<(), Error> {
    let address = address.to_canonical();
    let why = if address.is_loopback() {
        if this_machine {
            return Ok(());
        }
        "the link leads to this machine"
    } else if !is_public(address) {
        "the link leads into a private network"
    } else if !secure {
        "the link leads to an address without https"
    } else {
        return Ok(());
    };
    Err(Error::Other(Box::new(OutOfReach(why))))
}

/// Whether strangers may be found there (RFC 1918, 3927, 4193, 4291, 6598, 8190).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let shared = matches!(v4.octets(), [100, 64..=127, ..]);
            !(shared || v4.is_private() || v4.is_link_local() || v4.is_unspecified() || v4.is_broadcast())
        }
        IpAddr::V6(v6) => !(v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_unspecified()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(address: &str, secure: bool, this_machine: bool) -> bool {
        check(address.parse().unwrap(), secure, this_machine).is_ok()
    }

    #[test]
    fn links_lead_to_the_public_internet_over_https() {
        assert!(allowed("203.0.113.9", true, false) && allowed("2001:db8::1", true, false));
        assert!(!allowed("203.0.113.9", false, false), "never without https");
        assert!(!allowed("203.0.113.9", false, true), "not even beside a local API");
        for private in ["10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"] {
            assert!(!allowed(private, true, false), "{private}");
            assert!(!allowed(private, true, true), "{private}");
        }
        for private in ["::", "fc00::1", "fe80::1", "::ffff:10.0.0.1"] {
            assert!(!allowed(private, true, false), "{private}");
        }
    }

    #[test]
    fn this_machine_only_beside_a_local_api() {
        for address in ["127.0.0.1", "::1", "127.8.8.8", "::ffff:127.0.0.1"] {
            assert!(allowed(address, false, true), "{address}");
            assert!(!allowed(address, true, false), "{address}");
        }
    }

    #[test]
    fn literal_addresses_need_no_look_up() {
        let of = |uri: &str| literal(&uri.parse().unwrap()).map(|address| address.to_string());
        assert_eq!(of("https://127.0.0.1/x").as_deref(), Some("127.0.0.1:443"));
        assert_eq!(of("http://[::1]:8080/x").as_deref(), Some("[::1]:8080"));
        assert_eq!(of("http://localhost/x"), None);
    }
}
