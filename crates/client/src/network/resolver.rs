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
use ureq::unversioned::transport::{ConnectionDetails, NextTimeout};

use super::call::Connecting;
use super::public::is_public;

/// So long a name keeps its addresses.
const REMEMBERED: Duration = Duration::from_secs(30);

/// So long a name is looked up that a proxy will look up by itself.
const SECOND_OPINION: Duration = Duration::from_secs(2);

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
        // What is looked up on the way to somebody else is the proxy, which the user has named.
        if !Connecting::under_way() {
            addresses.iter().try_for_each(|address| self.reach.check(address.ip(), uri))?;
        }
        Ok(addresses)
    }
}

impl Reach {
    fn check(self, address: IpAddr, uri: &Uri) -> Result<(), Error> {
        match self {
            Self::Anywhere => Ok(()),
            Self::Linked { this_machine } => check(address, is_secure(uri), this_machine),
        }
    }

    /// Checks a host that is left to a proxy, as far as this machine knows it too. A name that it does not know, or
    /// not soon, is the proxy's affair.
    pub(super) fn check_unresolved(self, details: &ConnectionDetails<'_>) -> Result<(), Error> {
        if self == Self::Anywhere {
            return Ok(());
        }
        let mut patience = details.timeout;
        patience.after = patience.after.min(SECOND_OPINION.into());
        match details.resolver.resolve(details.uri, details.config, patience) {
            Err(Error::Other(why)) if why.is::<OutOfReach>() => Err(Error::Other(why)),
            Err(_) if !is_secure(details.uri) => Err(out_of_reach(INSECURE)),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

fn is_secure(uri: &Uri) -> bool {
    uri.scheme_str() == Some("https")
}

fn literal(uri: &Uri) -> Option<SocketAddr> {
    let host = uri.host()?.trim_start_matches('[').trim_end_matches(']');
    let default_port = match uri.scheme_str()? {
        "https" => 443,
        "http" => 80,
        // A proxy's.
        _ => 1080,
    };
    Some(SocketAddr::new(host.parse().ok()?, uri.port_u16().unwrap_or(default_port)))
}

const INSECURE: &str = "the link leads to an address without https";

fn check(address: IpAddr, secure: bool, this_machine: bool) -> Result<(), Error> {
    let address = address.to_canonical();
    let why = if address.is_loopback() {
        if this_machine {
            return Ok(());
        }
        "the link leads to this machine"
    } else if !is_public(address) {
        "the link leads into a private network, or to nobody in particular"
    } else if !secure {
        INSECURE
    } else {
        return Ok(());
    };
    Err(out_of_reach(why))
}

fn out_of_reach(why: &'static str) -> Error {
    Error::Other(Box::new(OutOfReach(why)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(address: &str, secure: bool, this_machine: bool) -> bool {
        check(address.parse().unwrap(), secure, this_machine).is_ok()
    }

    #[test]
    fn links_lead_to_the_public_internet_over_https() {
        assert!(allowed("1.1.1.1", true, false) && allowed("2606:4700::1111", true, false));
        assert!(!allowed("1.1.1.1", false, false), "never without https");
        assert!(!allowed("1.1.1.1", false, true), "not even beside a local API");
        for private in ["10.0.0.1", "::ffff:10.0.0.1", "fe80::1"] {
            assert!(!allowed(private, true, false), "{private}");
            assert!(!allowed(private, true, true), "{private}");
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
