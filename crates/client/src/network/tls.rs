//! Which TLS secures a connection, and whom it trusts.

use ureq::config::ConfigBuilder;
use ureq::tls::{PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};
use ureq::typestate::AgentScope;
use zoomout_core::Error;

/// Whether https can be had at all; see `no_tls.rs`.
pub(crate) const AVAILABLE: bool = true;

/// rustls, unless `native-tls` is the only one: the features of all who use this crate add up, and one who
/// adds `native-tls` must not change what the others chose.
const PROVIDER: TlsProvider = if cfg!(feature = "native-tls") && !cfg!(feature = "rustls") {
    TlsProvider::NativeTls
} else {
    TlsProvider::Rustls
};

/// The platform's own TLS trusts what the platform trusts; rustls only if it is told to.
const PLATFORM: bool = cfg!(feature = "platform-verifier") || matches!(PROVIDER, TlsProvider::NativeTls);

/// How connections are secured.
pub(super) struct Tls(TlsConfig);

impl Tls {
    /// Trusts the certificate authorities in `pem` and them alone, else Mozilla's or the platform's.
    pub(super) fn trusting(pem: Option<&[u8]>) -> Result<Self, Error> {
        let roots = match pem {
            Some(pem) => read_certificates(pem)?,
            None if PLATFORM => RootCerts::PlatformVerifier,
            None => RootCerts::WebPki,
        };
        Ok(Self(TlsConfig::builder().provider(PROVIDER).root_certs(roots).build()))
    }

    pub(super) fn secure(&self, config: ConfigBuilder<AgentScope>) -> ConfigBuilder<AgentScope> {
        config.tls_config(self.0.clone())
    }
}

fn read_certificates(pem: &[u8]) -> Result<RootCerts, Error> {
    let unreadable = || Error::invalid("root_certificates", "must be PEM with at least one certificate");
    let items: Vec<_> = parse_pem(pem).collect::<Result<_, _>>().map_err(|_| unreadable())?;
    let certificates: Vec<_> = items
        .into_iter()
        .filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(unreadable());
    }
    Ok(RootCerts::new_with_certs(&certificates))
}
