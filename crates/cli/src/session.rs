//! The client of a command: which key, which API, whose clock, and until when.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs};

use zoomout::{
    Action, ApiKey, BaseUrl, Billed, CancelToken, Client, Error, ErrorKind, Limits, MachineClock, Policy,
    Task, Timeouts, seconds,
};
use zoomout_emulator::{Options, Server};

use crate::args::Global;
use crate::destination::Destination;
use crate::failure::Failure;
use crate::known::Known;
use crate::ledger::Place;
use crate::output::Output;
use crate::progress;
use crate::sending::Sending;
use crate::trace::Trace;

/// With an emulator inside the command, a zoom of a minute takes two seconds.
const EMULATOR_TIME_SCALE: f64 = 30.0;

/// What a command is given to work with.
pub(crate) struct Tools<'a> {
    pub(crate) global: &'a Global,
    pub(crate) output: &'a Output,
    pub(crate) known: &'a Known,
    pub(crate) stop: &'a CancelToken,
}

/// A client, and the emulator behind it if it has one of its own.
pub(crate) struct Session<'a> {
    tools: &'a Tools<'a>,
    /// All that a command does with it is done within its one deadline.
    pub(crate) client: Client,
    emulator: Option<Server>,
}

impl<'a> Session<'a> {
    /// The session that the options describe. Nothing is sent yet.
    pub(crate) fn open(tools: &'a Tools<'a>) -> Result<Self, Failure> {
        Self::within(tools, Limits::default())
    }

    /// The same, with limits of its own.
    pub(crate) fn within(tools: &'a Tools<'a>, limits: Limits) -> Result<Self, Failure> {
        let global = tools.global;
        if global.emulator {
            return Self::emulated(tools, limits);
        }
        let base = base_url(global)?;
        let scale = time_scale(global)?.unwrap_or(1.0);
        #[expect(clippy::float_cmp, reason = "1 is exactly representable, and the only harmless pace")]
        let hurried = scale != 1.0;
        if hurried && !base.is_loopback() {
            return Err(Error::invalid(
                "time_scale",
                "is for servers on this machine only: a real one would be asked too often",
            )
            .into());
        }
        let server = Api { key: api_key(global, tools.output)?, base, scale };
        Self::new(tools, server, limits, None)
    }

    /// A session with an emulator inside this command; it ends with the session.
    pub(crate) fn emulated(tools: &'a Tools<'a>, limits: Limits) -> Result<Self, Failure> {
        let scale = time_scale(tools.global)?.unwrap_or(EMULATOR_TIME_SCALE);
        let server = start_emulator(Options { time_scale: scale, ..Options::default() })?;
        let api = Api { key: ApiKey::new(server.key())?, base: server.url().parse()?, scale };
        Self::new(tools, api, limits, Some(server))
    }

    fn new(
        tools: &'a Tools<'a>,
        api: Api,
        limits: Limits,
        emulator: Option<Server>,
    ) -> Result<Self, Failure> {
        Ok(Self { tools, client: connect(tools, api, limits)?, emulator })
    }

    /// Brings the pictures of a finished task to their place, and says which files they are in.
    pub(crate) fn save(&self, task: &Task, destination: &Destination) -> Result<Vec<PathBuf>, Error> {
        destination.save(&self.client, task, self.tools)
    }

    /// The same error, or what is known once the answer is in: a submission that was on its way when the command was
    /// stopped is read to its end. How long that is waited for, a second signal or a short while decide.
    pub(crate) fn settled(&self, action: &Action, error: Error) -> Error {
        if error.kind() != ErrorKind::Cancelled || error.billed() != Billed::Maybe {
            return error;
        }
        self.client.settle(Duration::MAX);
        match self.tools.known.late(action) {
            Some(Ok(submission)) => {
                Error::accepted(ErrorKind::Cancelled, &submission, "stopped; what was accepted goes on")
            }
            Some(Err(late)) => late,
            None => error,
        }
    }

    /// The emulator of its own.
    pub(crate) const fn emulator(&self) -> Option<&Server> {
        self.emulator.as_ref()
    }
}

/// Which API, whose key, and how fast time passes there.
struct Api {
    key: ApiKey,
    base: BaseUrl,
    scale: f64,
}

fn connect(tools: &Tools<'_>, api: Api, limits: Limits) -> Result<Client, Error> {
    let Api { key, base, scale } = api;
    let &Tools { global, output, known, stop } = tools;
    let within = global.timeout.map(|span| seconds("timeout", span)).transpose()?;
    let limit = global.call_timeout.map(|span| seconds("call_timeout", span)).transpose()?;
    let trace = (global.verbose > 0).then(|| (output.clone(), key.clone(), global.verbose > 1));
    let (noted, late) = (known.clone(), known.clone());
    let client = Client::builder(key)
        .base_url(base)
        .timeouts(limit.map_or_else(Timeouts::default, Timeouts::each))
        .policy(within.map_or_else(Policy::default, |within| Policy::default().deadline(within)))
        .clock(Arc::new(MachineClock::at_pace(scale)))
        .layer(move |inner| {
            let inner = match trace {
                Some((output, key, bodies)) => Arc::new(Trace::new(inner, output, key, bodies)),
                None => inner,
            };
            Arc::new(Sending::new(inner, noted))
        })
        .on_detached(move |detached| late.hear_late(detached))
        .ledger(Place::of(global)?.hurried(scale))
        .limits(limits)
        .build()?;
    let client = client.cancelled_by(stop).observed_by(progress::observer(output, known));
    Ok(within.map_or_else(|| client.clone(), |within| client.within(within)))
}

/// Starts an emulator, or says why not.
pub(crate) fn start_emulator(options: Options) -> Result<Server, Failure> {
    Server::start(options)
        .map_err(|error| Error::invalid("port", "cannot be listened on").caused_by(&error).into())
}

/// The pace of time that was asked for.
pub(crate) fn time_scale(global: &Global) -> Result<Option<f64>, Error> {
    match global.time_scale {
        Some(scale) if !(scale.is_finite() && scale > 0.0) => {
            Err(Error::invalid("time_scale", format_args!("must be a finite number above 0, got {scale}")))
        }
        scale => Ok(scale),
    }
}

/// The address of the API that the options and the environment name.
pub(crate) fn base_url(global: &Global) -> Result<BaseUrl, Error> {
    let named =
        global.base_url.clone().or_else(|| env::var("APIMART_BASE_URL").ok().filter(|url| !url.is_empty()));
    Ok(named.map_or_else(|| Ok(BaseUrl::default()), |url| url.parse())?)
}

fn api_key(global: &Global, output: &Output) -> Result<ApiKey, Error> {
    if let Some(path) = &global.api_key_file {
        let text = fs::read_to_string(path).map_err(|error| {
            Error::invalid("api_key_file", format_args!("{} cannot be read", path.display()))
                .caused_by(&error)
        })?;
        return Ok(ApiKey::new(text)?);
    }
    if let Some(key) = &global.api_key {
        output.note("warning: --api-key shows in process lists; prefer --api-key-file or APIMART_API_KEY");
        return Ok(ApiKey::new(key.reveal())?);
    }
    match env::var("APIMART_API_KEY") {
        Ok(key) => Ok(ApiKey::new(key)?),
        Err(_) => Err(Error::invalid("api_key", "is missing: set APIMART_API_KEY or use --api-key-file")),
    }
}
