//! The settings of a client.

use std::env;
use std::fmt;
use std::sync::Arc;

use zoomout_core::{Api, ApiKey, BaseUrl, Error, Language, Policy, Resubmit};
use zoomout_ledger::{Ledger, MemoryLedger};

use crate::books::Books;
use crate::cancel::CancelToken;
use crate::client::Client;
use crate::clock::{Clock, MachineClock};
use crate::detached::Detached;
use crate::dispatcher::{EngineHandle, Limits};
use crate::drive::Driver;
use crate::line::Line;
#[cfg(feature = "ureq")]
use crate::network::{ProxyChoice, Timeouts, UreqTransport, UreqTransportBuilder, tls};
use crate::submissions::{Listener, Submissions};
use crate::transport::Transport;

/// Something in front of the way to the network.
type Layer = Box<dyn FnOnce(Arc<dyn Transport>) -> Arc<dyn Transport>>;

/// Builds a [`Client`].
///
/// ```
/// use std::time::Duration;
/// use zoomout::{ApiKey, Client, Policy};
///
/// let builder = Client::builder(ApiKey::new("sk-secret")?)
///     .base_url("http://127.0.0.1:8080".parse()?)
///     .policy(Policy::default().deadline(Duration::from_secs(600)));
/// assert!(!format!("{builder:?}").contains("sk-secret"));
/// # #[cfg(feature = "ureq")]
/// let client = builder.build()?;
/// # Ok::<(), zoomout::Error>(())
/// ```
#[must_use]
pub struct ClientBuilder {
    key: ApiKey,
    base: BaseUrl,
    language: Option<Language>,
    program: Option<String>,
    policy: Policy,
    #[cfg(feature = "ureq")]
    ureq: UreqTransportBuilder,
    transport: Option<Arc<dyn Transport>>,
    layer: Option<Layer>,
    clock: Option<Arc<dyn Clock>>,
    limits: Limits,
    on_detached: Option<Listener>,
    ledger: Option<Arc<dyn Ledger>>,
}

impl ClientBuilder {
    pub(crate) fn new(key: ApiKey) -> Self {
        Self {
            key,
            base: BaseUrl::default(),
            language: None,
            program: None,
            policy: Policy::default(),
            #[cfg(feature = "ureq")]
            ureq: UreqTransport::builder(),
            transport: None,
            layer: None,
            clock: None,
            limits: Limits::default(),
            on_detached: None,
            ledger: None,
        }
    }

    /// The settings that `APIMART_API_KEY` and, if it is set, `APIMART_BASE_URL` describe.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if the key is missing or cannot be used, or the
    /// address is none.
    pub fn from_env() -> Result<Self, Error> {
        let key = env::var("APIMART_API_KEY").map_err(|_| {
            Error::invalid("api_key", "is missing: set the environment variable APIMART_API_KEY")
        })?;
        let builder = Self::new(ApiKey::new(key)?);
        match env::var("APIMART_BASE_URL").ok().filter(|base| !base.is_empty()) {
            Some(base) => Ok(builder.base_url(base.parse()?)),
            None => Ok(builder),
        }
    }

    /// Another address of the API.
    pub fn base_url(mut self, base: BaseUrl) -> Self {
        self.base = base;
        self
    }

    /// The language in which the messages of failed tasks are worded.
    pub fn language(mut self, language: Language) -> Self {
        self.language = Some(language);
        self
    }

    /// Names the program in the `User-Agent` header, as in `album/2.1`.
    pub fn user_agent(mut self, program: impl Into<String>) -> Self {
        self.program = Some(program.into());
        self
    }

    /// How patient and how bold the client is.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// How long each phase of one call may take. Only with the feature `ureq`.
    #[cfg(feature = "ureq")]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.ureq = self.ureq.timeouts(timeouts);
        self
    }

    /// Which proxy to go through; by default the one that the environment names. Only with the feature
    /// `ureq`.
    #[cfg(feature = "ureq")]
    pub fn proxy(mut self, proxy: ProxyChoice) -> Self {
        self.ureq = self.ureq.proxy(proxy);
        self
    }

    /// Trusts these certificate authorities (PEM), and them alone, in place of Mozilla's or the platform's.
    /// Only with the feature `ureq`.
    #[cfg(feature = "ureq")]
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.ureq = self.ureq.root_certificates_pem(pem);
        self
    }

    /// Another way to the network. Timeouts, proxy and certificates are then its own affair.
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Puts something in front of the way to the network: a log, a meter, a fault.
    pub fn layer(mut self, layer: impl FnOnce(Arc<dyn Transport>) -> Arc<dyn Transport> + 'static) -> Self {
        self.layer = Some(Box::new(layer));
        self
    }

    /// How much it may do at once.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Tells `listener` what became of each submission whose caller was stopped while it was on its way: it may
    /// have been accepted, and its task is paid for. Called on a thread of the client, and before
    /// [`Client::settle`] hands it out.
    pub fn on_detached(mut self, listener: impl Fn(&Detached) + Send + Sync + 'static) -> Self {
        self.on_detached = Some(Box::new(listener));
        self
    }

    /// Where it is written down what was submitted and what came of it; in memory if nobody says otherwise. One that
    /// outlives the process (`SqliteLedger`, with the feature `sqlite`) is what makes a [`Key`](crate::Key) pay once
    /// across processes.
    pub fn ledger(mut self, ledger: Arc<dyn Ledger>) -> Self {
        self.ledger = Some(ledger);
        self
    }

    /// Another clock; see [`MachineClock::at_pace`].
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// The client. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if the proxy, a certificate or the program's
    /// name cannot be used, or if nothing here can carry a request: without the feature `ureq` a
    /// [`transport`](Self::transport) must be given, without TLS the address of the API must not be https.
    pub fn build(mut self) -> Result<Client, Error> {
        let transport = match self.transport.take() {
            Some(transport) => transport,
            None => self.own_transport()?,
        };
        let transport = match self.layer {
            Some(layer) => layer(transport),
            None => transport,
        };
        let mut api = Api::new(self.key).base(self.base);
        if let Some(language) = self.language {
            api = api.language(language);
        }
        if let Some(program) = self.program {
            api = api.user_agent(&program)?;
        }
        let clock = self.clock.unwrap_or_else(|| Arc::new(MachineClock::new()));
        let engine = EngineHandle::new(Arc::clone(&clock), self.limits);
        let driver = Driver {
            clock: Arc::clone(&clock),
            cancel: CancelToken::new(),
            observer: None,
            engine: Some(engine.clone()),
            until: None,
        };
        let submissions =
            Submissions::new(engine.engine(), self.on_detached, self.policy.resubmit == Resubmit::Eager);
        let books = Books::new(self.ledger.unwrap_or_else(|| Arc::new(MemoryLedger::new())));
        let line = Arc::new(Line { api, books, transport, clock, submissions });
        Ok(Client { line, policy: self.policy, driver, engine })
    }

    /// The way to the network of a client that was given none.
    #[cfg(feature = "ureq")]
    fn own_transport(&self) -> Result<Arc<dyn Transport>, Error> {
        if !tls::AVAILABLE && self.base.as_str().starts_with("https:") {
            return Err(Error::invalid(
                "transport",
                "cannot speak https: build zoomout with its feature `rustls` or `native-tls`",
            ));
        }
        // Pictures of an API on this machine are on this machine, too.
        Ok(Arc::new(self.ureq.clone().local_api(self.base.is_loopback()).build()?))
    }

    #[cfg(not(feature = "ureq"))]
    #[expect(clippy::unused_self, reason = "its twin, with the feature, needs it")]
    fn own_transport(&self) -> Result<Arc<dyn Transport>, Error> {
        Err(Error::invalid(
            "transport",
            "is missing: zoomout was built without its feature `ureq`, so the program must bring one",
        ))
    }
}

impl Client {
    /// A client with this key and the default settings.
    ///
    /// # Errors
    /// See [`ClientBuilder::build`].
    pub fn new(key: ApiKey) -> Result<Self, Error> {
        Self::builder(key).build()
    }

    /// A client with settings of its own.
    pub fn builder(key: ApiKey) -> ClientBuilder {
        ClientBuilder::new(key)
    }

    /// A client with the key in `APIMART_API_KEY` and, if it is set, the address in `APIMART_BASE_URL`.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if the key is missing or cannot be used, or the
    /// address is none.
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build()
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ClientBuilder");
        shown.field("base", &self.base).field("policy", &self.policy);
        #[cfg(feature = "ureq")]
        shown.field("ureq", &self.ureq);
        shown.finish_non_exhaustive()
    }
}
