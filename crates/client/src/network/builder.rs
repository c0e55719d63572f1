//! The settings of the transport.

use std::time::Duration;

use ureq::Agent;
use ureq::config::{AutoHeaderValue, Config, ConfigBuilder};
use ureq::typestate::AgentScope;
use zoomout_core::Error;

use super::connector::WatchedConnector;
use super::proxy::ProxyChoice;
use super::resolver::{Reach, RememberingResolver};
use super::timeouts::Timeouts;
use super::tls::Tls;
use super::ureq_transport::UreqTransport;

impl UreqTransport {
    /// A transport with settings of its own.
    pub fn builder() -> UreqTransportBuilder {
        UreqTransportBuilder::default()
    }
}

/// Builds a [`UreqTransport`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct UreqTransportBuilder {
    timeouts: Timeouts,
    proxy: ProxyChoice,
    root_certificates: Option<Vec<u8>>,
    local: bool,
}

impl UreqTransportBuilder {
    /// How long each phase of a call may take.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Which proxy to go through.
    pub fn proxy(mut self, proxy: ProxyChoice) -> Self {
        self.proxy = proxy;
        self
    }

    /// Trusts these certificate authorities (PEM), and them alone, in place of Mozilla's or the platform's.
    pub fn root_certificates_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates = Some(pem.into());
        self
    }

    /// Says that the API is on this machine: no proxy of the environment stands in between, and its pictures may be
    /// here, too.
    pub fn local_api(mut self, local: bool) -> Self {
        self.local = local;
        self
    }

    /// The transport. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid), naming `proxy` or `root_certificates`.
    pub fn build(self) -> Result<UreqTransport, Error> {
        let proxy = self.proxy.find(self.local)?;
        let tls = Tls::trusting(self.root_certificates.as_deref())?;
        let timeouts = self.timeouts;
        let base = |timeouts: &Timeouts| tls.secure(bounded(timeouts).proxy(proxy.clone()));
        // Redirects of the API are answers.
        let api = || base(&timeouts).max_redirects(0).max_redirects_will_error(false);
        // The client's own name stands in the request; see `Api::request`.
        let pictures = base(&timeouts.of_a_picture())
            .max_redirects(5)
            .https_only(!self.local)
            .accept_encoding(AutoHeaderValue::None)
            .user_agent(concat!("Mozilla/5.0 (compatible; zoomout/", env!("CARGO_PKG_VERSION"), ")"))
            .build();
        Ok(UreqTransport {
            looks: agent(api().build(), Reach::Anywhere),
            submissions: agent(api().max_idle_age(Duration::ZERO).build(), Reach::Anywhere),
            pictures: agent(pictures, Reach::Linked { this_machine: self.local }),
            timeouts,
        })
    }
}

/// As many as a dispatcher is likely to have requests in flight.
const IDLE_CONNECTIONS: usize = 1_024;

/// What both kinds of call share: limits, and errors left to the core.
fn bounded(timeouts: &Timeouts) -> ConfigBuilder<AgentScope> {
    Agent::config_builder()
        .http_status_as_error(false)
        .timeout_resolve(Some(timeouts.resolve))
        .timeout_connect(Some(timeouts.connect))
        .timeout_send_request(Some(timeouts.send))
        .timeout_send_body(Some(timeouts.send))
        .timeout_recv_response(Some(timeouts.response))
        .timeout_recv_body(Some(timeouts.body))
        .timeout_await_100(None)
        .max_idle_connections(IDLE_CONNECTIONS)
        .max_idle_connections_per_host(IDLE_CONNECTIONS)
        .max_idle_age(Duration::from_secs(15))
        .input_buffer_size(16 << 10)
        .output_buffer_size(16 << 10)
}

fn agent(config: Config, reach: Reach) -> Agent {
    Agent::with_parts(config, WatchedConnector::new(reach), RememberingResolver::new(reach))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_used_is_refused_by_name() {
        let field = |builder: UreqTransportBuilder| builder.build().unwrap_err().field();
        let builder = UreqTransport::builder;
        assert_eq!(field(builder().root_certificates_pem("no certificate")), Some("root_certificates"));
        for url in
            ["::", "", "socks5:", "http://", "http://h:99999", "ftp://h", "\u{0}", "http://[::1", "@", "*"]
        {
            assert_eq!(field(builder().proxy(ProxyChoice::Url(url.into()))), Some("proxy"), "{url:?}");
        }
    }

    #[test]
    fn a_proxys_password_stays_hidden() {
        let builder = UreqTransport::builder().proxy(ProxyChoice::Url("http://me:MARK@127.0.0.1:1".into()));
        assert!(!format!("{builder:?}").contains("MARK"));
        assert!(!format!("{:?}", builder.build().unwrap()).contains("MARK"));
    }
}
