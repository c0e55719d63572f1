//! What stands in for `tls.rs` where no feature brings TLS: only http is spoken.

use ureq::config::ConfigBuilder;
use ureq::typestate::AgentScope;
use zoomout_core::Error;

pub(crate) const AVAILABLE: bool = false;

pub(super) struct Tls;

impl Tls {
    /// Without TLS there is nothing to trust.
    pub(super) fn trusting(pem: Option<&[u8]>) -> Result<Self, Error> {
        match pem {
            Some(_) => Err(Error::invalid(
                "root_certificates",
                "cannot be used without TLS: build zoomout with its feature `rustls` or `native-tls`",
            )),
            None => Ok(Self),
        }
    }

    #[expect(clippy::unused_self, reason = "its twin needs it")]
    pub(super) fn secure(&self, config: ConfigBuilder<AgentScope>) -> ConfigBuilder<AgentScope> {
        config
    }
}
