//! Which proxy to go through. What cannot be understood is an error, never a direct connection.

use std::env;
use std::ffi::OsString;
use std::fmt;

use ureq::Proxy;
use zoomout_core::Error;

/// Where a proxy is looked for in the environment; the first that says anything decides for every request.
const VARIABLES: [&str; 6] =
    ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];

/// What is to be reached without it.
const EXCEPTIONS: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// How this machine is called.
const THIS_MACHINE: &str = "localhost,.localhost,127.*,[::1]";

/// Which proxy to go through.
///
/// `http://`, `https://` and `socks5h://` proxies find the addresses of hosts themselves, for `socks5://` this
/// machine does; `socks4://` and `socks4a://` differ in the same way. A proxy that cannot be reached ends the call:
/// nothing was sent, and nothing goes around it.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum ProxyChoice {
    /// The one that the environment names. An API on this machine is reached without it.
    ///
    /// The first of `ALL_PROXY`, `HTTPS_PROXY` and `HTTP_PROXY` (or the same in lower case) that is not empty holds
    /// for every request. `NO_PROXY` lists the hosts to reach directly, with commas between them: a name exactly
    /// as it is (`example.com`), all names with an ending (`.example.com` or `*.example.com`), all with a beginning
    /// (`10.*`), or all hosts (`*`). It knows no networks such as `10.0.0.0/8`.
    #[default]
    Environment,
    /// None, whatever the environment says.
    Direct,
    /// This one, such as `http://proxy.example:3128` or `socks5://proxy.example`.
    Url(String),
}

/// A proxy's address may hold a password.
impl fmt::Debug for ProxyChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Environment => "Environment",
            Self::Direct => "Direct",
            Self::Url(_) => "Url(…)",
        })
    }
}

impl ProxyChoice {
    /// The proxy, if there is one; `local`, if the API is on this machine, which is reached without it.
    pub(super) fn find(&self, local: bool) -> Result<Option<Proxy>, Error> {
        match self {
            Self::Environment => from_environment(|name| env::var_os(name), local),
            Self::Direct => Ok(None),
            Self::Url(url) => parse(url, "")
                .map(Some)
                .ok_or_else(|| Error::invalid("proxy", format_args!("must be {EXAMPLE}"))),
        }
    }
}

const EXAMPLE: &str = "an address such as http://proxy.example:3128 or socks5://proxy.example:1080";

fn from_environment(
    variable: impl Fn(&str) -> Option<OsString>,
    local: bool,
) -> Result<Option<Proxy>, Error> {
    let said = |name: &&str| variable(name).filter(|value| !value.is_empty());
    let Some((name, url)) = VARIABLES.iter().find_map(|name| Some((name, said(name)?))) else {
        return Ok(None);
    };
    let exceptions = EXCEPTIONS.iter().find_map(said).unwrap_or_default();
    let own = if local { THIS_MACHINE } else { "" };
    let exceptions = format!("{},{own}", exceptions.to_string_lossy());
    let proxy = url.to_str().and_then(|url| parse(url, &exceptions));
    // Not what it says: that may hold a password.
    let problem =
        || Error::invalid("proxy", format_args!("in the environment variable {name} must be {EXAMPLE}"));
    proxy.map(Some).ok_or_else(problem)
}

/// A proxy that ureq can use, if this is the address of one.
fn parse(url: &str, exceptions: &str) -> Option<Proxy> {
    let read = Proxy::new(url.trim()).ok()?;
    let authority = read.uri().authority()?;
    let place = authority.as_str().rsplit('@').next()?;
    // A port that is none would silently become another one.
    let whole = place == read.host() || authority.port_u16().is_some();
    if read.host().is_empty() || !whole {
        return None;
    }
    let mut proxy = Proxy::builder(read.protocol()).host(read.host()).port(read.port());
    if read.username().is_some() || read.password().is_some() {
        proxy = proxy.username(read.username().unwrap_or_default());
        proxy = proxy.password(read.password().unwrap_or_default());
    }
    let exceptions = exceptions.split(',').map(str::trim).filter(|host| !host.is_empty());
    exceptions.fold(proxy, ureq::ProxyBuilder::no_proxy).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(variables: &[(&str, &str)]) -> Result<Option<Proxy>, Error> {
        from_environment(
            |name| {
                let named = variables.iter().find(|(variable, _)| *variable == name);
                named.map(|(_, value)| OsString::from(value))
            },
            false,
        )
    }

    fn host(variables: &[(&str, &str)]) -> Option<String> {
        found(variables).unwrap().map(|proxy| proxy.host().to_owned())
    }

    #[test]
    fn the_first_variable_that_says_anything_decides() {
        assert_eq!(host(&[]), None);
        assert_eq!(host(&[("ALL_PROXY", ""), ("https_proxy", "http://a:1")]).as_deref(), Some("a"));
        let both = [("HTTPS_PROXY", "b:3128"), ("ALL_PROXY", "socks5://a")];
        assert_eq!(host(&both).as_deref(), Some("a"));
    }

    #[test]
    fn what_cannot_be_understood_is_named_but_not_repeated() {
        for value in
            ["garbage MARK", "gopher://me:MARK@h", "http://me:MARK@h:99999", "http://h:MARK", "://MARK"]
        {
            let error = found(&[("HTTPS_PROXY", value), ("HTTP_PROXY", "http://fine:1")]).unwrap_err();
            let shown = format!("{error} {error:?}");
            assert_eq!(error.field(), Some("proxy"), "{shown}");
            assert!(shown.contains("HTTPS_PROXY") && !shown.contains("MARK"), "{shown}");
        }
    }

    #[test]
    fn exceptions_are_kept_with_spaces_or_without() {
        let list = "localhost, .corp.example,*.dev.example , 10.*,one.example";
        let proxy = found(&[("ALL_PROXY", "http://h:1"), ("NO_PROXY", list)]).unwrap().unwrap();
        let direct = |host: &str| proxy.is_no_proxy(&format!("https://{host}/").parse().unwrap());
        for host in ["localhost", "a.corp.example", "a.dev.example", "10.1.2.3", "ONE.example"] {
            assert!(direct(host), "{host}");
        }
        for host in ["corp.example", "a.one.example", "110.1.2.3", "api.apimart.ai"] {
            assert!(!direct(host), "{host}");
        }
        let all = found(&[("ALL_PROXY", "http://h:1"), ("no_proxy", "*")]).unwrap().unwrap();
        assert!(all.is_no_proxy(&"https://api.apimart.ai/".parse().unwrap()));
    }

    #[test]
    fn an_api_on_this_machine_is_reached_directly_and_nothing_else() {
        let proxy = |value: &'static str| {
            from_environment(|name| (name == "ALL_PROXY").then(|| OsString::from(value)), true)
        };
        assert!(proxy("garbage nonsense").is_err());
        let proxy = proxy("http://h:1").unwrap().unwrap();
        let direct = |host: &str| proxy.is_no_proxy(&format!("http://{host}/").parse().unwrap());
        for host in ["localhost", "api.localhost", "127.0.0.1", "127.1.2.3", "[::1]"] {
            assert!(direct(host), "{host}");
        }
        assert!(!direct("93.184.216.34") && !direct("cdn.example"));
    }

    #[test]
    fn names_and_passwords_arrive_as_they_were_meant() {
        let proxy = parse("socks5h://me%40home:p%3Aw@[::1]:9", "").unwrap();
        assert_eq!((proxy.username(), proxy.password()), (Some("me@home"), Some("p:w")));
        assert_eq!((proxy.host(), proxy.port(), proxy.resolve_target()), ("[::1]", 9, false));
    }
}
