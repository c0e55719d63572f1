//! The settings of a client.

use std::env;
use std::fmt;
use std::sync::Arc;

use zoomout_core::{Api, ApiKey, BaseUrl, Error, Language, Policy};

use crate::cancel::CancelToken;
use crate::client::Client;
use crate::clock::{Clock, MachineClock};
use crate::dispatcher::{EngineHandle, Limits};
use crate::drive::Driver;
use crate::line::Line;
use crate::network::{ProxyChoice, UreqTransport};
use crate::timeouts::Timeouts;
use crate::transport::Transport;

/// Something in front of the way to the network.
type Layer = Box<dyn FnOnce(Arc<dyn Transport>) -> Arc<dyn Transport>>;

/// Builds a [`Client`].
///
/// ```
/// use std::time::Duration;
/// use zoomout::{ApiKey, Client, Policy};
///
/// let client = Client::builder(ApiKey::new("sk-secret")?)
///     .base_url("http://127.0.0.1:8080".parse()?)
///     .policy(Policy::default().deadline(Duration::from_secs(600)))
///     .build()?;
/// assert!(!format!("{client:?}").contains("sk-secret"));
/// # Ok::<(), zoomout::Error>(())
/// ```
#[must_use]
pub struct ClientBuilder {
    key: ApiKey,
    base: BaseUrl,
    language: Option<Language>,
    program: Option<String>,
    policy: Policy,
    timeouts: Timeouts,
    proxy: ProxyChoice,
    root_certificates: Option<Vec<u8>>,
    transport: Option<Arc<dyn Transport>>,
    layer: Option<Layer>,
    clock: Option<Arc<dyn Clock>>,
    limits: Limits,
}

impl ClientBuilder {
    pub(crate) fn new(key: ApiKey) -> Self {
        Self {
            key,
            base: BaseUrl::default(),
            language: None,
            program: None,
            policy: Policy::default(),
            timeouts: Timeouts::default(),
            proxy: ProxyChoice::default(),
            root_certificates: None,
            transport: None,
            layer: None,
            clock: None,
            limits: Limits::default(),
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

    /// How long each phase of one call may take.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Which proxy to go through; by default the one that the environment names.
    pub fn proxy(mut self, proxy: ProxyChoice) -> Self {
        self.proxy = proxy;
        self
    }

    /// Trusts these certificate authorities (PEM), and them alone, in place of the built-in ones.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates = Some(pem.into());
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

    /// Another clock; see [`MachineClock::at_pace`].
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// The client. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if the proxy, a certificate or the program's
    /// name cannot be used.
    pub fn build(self) -> Result<Client, Error> {
        let transport: Arc<dyn Transport> = if let Some(transport) = self.transport {
            transport
        } else {
            let mut builder = UreqTransport::builder()
                .timeouts(self.timeouts)
                .proxy(self.proxy)
                // Pictures of an API on this machine are on this machine, too.
                .local_api(self.base.is_loopback());
            if let Some(pem) = self.root_certificates {
                builder = builder.root_certificates_pem(pem);
            }
            Arc::new(builder.build()?)
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
        };
        Ok(Client { line: Arc::new(Line { api, transport, clock }), policy: self.policy, driver, engine })
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
        f.debug_struct("ClientBuilder")
            .field("base", &self.base)
            .field("policy", &self.policy)
            .field("timeouts", &self.timeouts)
            .finish_non_exhaustive()
    }
}
