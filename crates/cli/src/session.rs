//! The client of a command: which key, which API, whose clock.

use std::sync::Arc;
use std::{env, fs};

use zoomout::{ApiKey, BaseUrl, Client, Error, MachineClock, Policy, Timeouts, seconds};
use zoomout_emulator::{Options, Server};

use crate::args::Global;
use crate::interrupt::Known;
use crate::output::{Failure, Output};
use crate::progress;
use crate::trace::Trace;

/// With an emulator inside the command, a zoom of a minute takes two seconds.
const EMULATOR_TIME_SCALE: f64 = 30.0;

/// A client, and the emulator behind it if it has one of its own.
pub(crate) struct Session {
    pub(crate) client: Client,
    _emulator: Option<Server>,
}

impl Session {
    /// The session that the options describe. Nothing is sent yet.
    pub(crate) fn open(global: &Global, output: &Output, known: &Known) -> Result<Self, Failure> {
        if global.emulator {
            let (client, server) = emulated(global, output, known)?;
            return Ok(Self { client, _emulator: Some(server) });
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
        let client = connect(global, output, known, api_key(global, output)?, base, scale)?;
        Ok(Self { client, _emulator: None })
    }
}

/// A client of an emulator inside this command; dropping the emulator ends it.
pub(crate) fn emulated(global: &Global, output: &Output, known: &Known) -> Result<(Client, Server), Failure> {
    let scale = time_scale(global)?.unwrap_or(EMULATOR_TIME_SCALE);
    let server = start_emulator(Options { time_scale: scale, ..Options::default() })?;
    let key = ApiKey::new(server.key())?;
    let client = connect(global, output, known, key, server.url().parse()?, scale)?;
    Ok((client, server))
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
        return Ok(ApiKey::new(key.as_str())?);
    }
    match env::var("APIMART_API_KEY") {
        Ok(key) => Ok(ApiKey::new(key)?),
        Err(_) => Err(Error::invalid("api_key", "is missing: set APIMART_API_KEY or use --api-key-file")),
    }
}

fn connect(
    global: &Global,
    output: &Output,
    known: &Known,
    key: ApiKey,
    base: BaseUrl,
    scale: f64,
) -> Result<Client, Error> {
    let mut policy = Policy::default();
    if let Some(deadline) = global.timeout {
        policy = policy.deadline(seconds("timeout", deadline)?);
    }
    let mut timeouts = Timeouts::default();
    if let Some(limit) = global.call_timeout {
        timeouts = timeouts.at_most(seconds("call_timeout", limit)?);
    }
    let clock = Arc::new(MachineClock::at_pace(scale));
    let mut builder =
        Client::builder(key.clone()).base_url(base).policy(policy).timeouts(timeouts).clock(clock);
    if global.verbose > 0 {
        let (output, bodies) = (output.clone(), global.verbose > 1);
        builder = builder.layer(move |inner| Arc::new(Trace::new(inner, output, key, bodies)));
    }
    let client = builder.build()?.cancelled_by(known.token());
    Ok(client.observed_by(progress::observer(output, known)))
}
