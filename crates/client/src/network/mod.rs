//! The way to the network through ureq, with proof of what left this machine.

mod builder;
mod call;
mod connector;
mod fetch;
mod proxy;
mod public;
mod resolver;
mod timeouts;
#[cfg(any(feature = "rustls", feature = "native-tls"))]
pub(crate) mod tls;
#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
#[path = "no_tls.rs"]
pub(crate) mod tls;
mod ureq_transport;
mod words;

pub use self::builder::UreqTransportBuilder;
pub use self::proxy::ProxyChoice;
pub use self::timeouts::Timeouts;
pub use self::ureq_transport::UreqTransport;
