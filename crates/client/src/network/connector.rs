//! A connector that proves whether a request left, and lets another thread interrupt it.
//!
//! None of ureq's errors says for sure that nothing was sent: a reset, a broken pipe or a timeout may
//! stand on either side of the request. So every connection is wrapped, and the wrapper notes when bytes
//! of the request are handed to the socket. No such note: provably not sent.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use ureq::Error;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, DefaultConnector, NextTimeout, Transport,
};

use super::call::{Call, Connecting, Socket};
use super::resolver::Reach;
use super::tls;

/// Builds watched connections in ureq's own way: proxies, TLS and all.
pub(super) struct WatchedConnector {
    chain: DefaultConnector,
    reach: Reach,
}

impl WatchedConnector {
    pub(super) fn new(reach: Reach) -> Self {
        Self { chain: DefaultConnector::default(), reach }
    }
}

impl Connector<()> for WatchedConnector {
    type Out = WatchedConnection;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, Error> {
        let call = Call::current();
        if let Some(call) = &call {
            call.go_on()?;
        }
        // Without TLS of ours, ureq would knock in vain, or panic where another crate turned on one that we
        // did not ask for.
        if details.needs_tls() && !tls::AVAILABLE {
            return Err(Error::TlsRequired);
        }
        // The resolver has seen all addresses but those that are left to a proxy.
        if details.addrs.is_empty() && !Connecting::under_way() {
            self.reach.check_unresolved(details)?;
        }
        let _connecting = Connecting::begin();
        let socket = Arc::new(Mutex::new(None));
        let register = Arc::clone(&details.register_shutdown);
        let noted = Arc::clone(&socket);
        let details = ConnectionDetails {
            uri: details.uri,
            addrs: details.addrs.clone(),
            config: details.config,
            request_level: details.request_level,
            resolver: details.resolver,
            now: details.now,
            timeout: details.timeout,
            current_time: Arc::clone(&details.current_time),
            run_connector: Arc::clone(&details.run_connector),
            // Called with the bare socket, before TLS: a handshake can be interrupted, too.
            register_shutdown: Arc::new(move |handle| {
                *noted.lock().unwrap_or_else(PoisonError::into_inner) = Some(handle.clone());
                if let Some(call) = &call {
                    call.attach(Some(handle.clone()));
                    call.go_on()?;
                }
                register(handle)
            }),
        };
        let connection = self.chain.connect(&details, chained)?;
        Ok(connection.map(|inner| WatchedConnection { inner, socket }))
    }
}

impl fmt::Debug for WatchedConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WatchedConnector")
    }
}

/// A connection that tells its call what it does.
pub(super) struct WatchedConnection {
    inner: Box<dyn Transport>,
    socket: Arc<Mutex<Option<Socket>>>,
}

impl Transport for WatchedConnection {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        if let Some(call) = Call::current() {
            call.attach(self.socket.lock().unwrap_or_else(PoisonError::into_inner).clone());
            call.go_on()?;
            // Before the write: a write that fails halfway has sent something.
            if amount > 0 {
                call.about_to_send()?;
            }
        }
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let result = self.inner.await_input(timeout);
        if let Some(call) = Call::current() {
            // Rather than the end of stream that the interruption caused.
            call.go_on()?;
        }
        result
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

impl fmt::Debug for WatchedConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WatchedConnection")
    }
}
