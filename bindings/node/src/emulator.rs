//! The emulator, so that Node users test their own programs offline.

use std::io::ErrorKind;
use std::time::Duration;

use napi::{Error, Result};
use napi_derive::napi;
use zoomout::milliseconds;
use zoomout_binding::json;
use zoomout_emulator::{Options, Script, Seed, Server};

use crate::failure::thrown;
use crate::loose::{Loose, number, size};

/// How it is started, loosely typed.
#[napi(object, object_to_js = false)]
pub struct NativeOptions<'a> {
    /// The port.
    pub port: Option<Loose<'a>>,
    /// How many times faster than real time the tasks live.
    pub time_scale: Option<Loose<'a>>,
    /// Width and height of each picture in pixels.
    pub picture_side: Option<Loose<'a>>,
}

impl TryFrom<NativeOptions<'_>> for Options {
    type Error = zoomout::Error;

    fn try_from(options: NativeOptions<'_>) -> std::result::Result<Self, zoomout::Error> {
        let usual = Self::default();
        Ok(Self {
            port: size("port", options.port)?.unwrap_or(usual.port),
            time_scale: number("timeScale", options.time_scale)?.unwrap_or(usual.time_scale),
            picture_side: size("pictureSide", options.picture_side)?.unwrap_or(usual.picture_side),
            ..usual
        })
    }
}

/// How far to jump; not at all is far enough.
fn jump(millis: Option<Loose<'_>>) -> std::result::Result<Duration, zoomout::Error> {
    match number("ms", millis)? {
        None => Err(zoomout::Error::invalid("ms", "is missing: it must be a number of milliseconds")),
        Some(0.0) => Ok(Duration::ZERO),
        Some(millis) => milliseconds("ms", millis),
    }
}

/// What `Emulator` of `zoomout/testing` stands on.
#[napi]
pub struct NativeEmulator {
    url: String,
    key: &'static str,
    time_scale: f64,
    server: Option<Server>,
}

#[napi]
impl NativeEmulator {
    /// Starts it.
    #[napi(constructor, catch_unwind)]
    pub fn new(options: NativeOptions<'_>) -> Result<Self> {
        let options = Options::try_from(options).map_err(|error| thrown(&error))?;
        let time_scale = options.time_scale;
        let server = Server::start(options).map_err(|error| match error.kind() {
            ErrorKind::InvalidInput => {
                thrown(&zoomout::Error::unsent(zoomout::ErrorKind::Invalid, error.to_string()))
            }
            _ => Error::from_reason(error.to_string()),
        })?;
        Ok(Self { url: server.url().to_owned(), key: server.key(), time_scale, server: Some(server) })
    }

    /// The pace at which its tasks live.
    #[napi(getter, catch_unwind)]
    pub fn time_scale(&self) -> f64 {
        self.time_scale
    }

    /// The address to give to a client.
    #[napi(getter, catch_unwind)]
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// The key that it accepts.
    #[napi(getter, catch_unwind)]
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// The ids of the tasks that are there from the start: upscaled, grid, running, failed, foreign, expired.
    #[napi(catch_unwind)]
    pub fn seeds() -> Vec<&'static str> {
        Seed::ALL.map(|seed| seed.task_id).to_vec()
    }

    /// The bill as JSON.
    #[napi(catch_unwind)]
    pub fn bill(&self) -> Result<String> {
        Ok(json(&self.server()?.bill()))
    }

    /// The requests that arrived, as JSON.
    #[napi(catch_unwind)]
    pub fn requests(&self) -> Result<String> {
        Ok(json(&self.server()?.requests()))
    }

    /// Replaces the faults to come by those of a script in JSON.
    #[napi(catch_unwind)]
    pub fn inject(&self, script: String) -> Result<()> {
        let script = Script::from_json(script.as_bytes()).map_err(Error::from_reason)?;
        self.server()?.inject(script);
        Ok(())
    }

    /// Lets its time jump by milliseconds.
    #[napi(catch_unwind)]
    pub fn advance(&self, millis: Option<Loose<'_>>) -> Result<()> {
        let by = jump(millis).map_err(|error| thrown(&error))?;
        self.server()?.advance(by);
        Ok(())
    }

    /// Starts anew.
    #[napi(catch_unwind)]
    pub fn reset(&self) -> Result<()> {
        self.server()?.reset();
        Ok(())
    }

    /// Refuses connections, or lets them in again.
    #[napi(catch_unwind)]
    pub fn refuse_connections(&self, refuse: bool) -> Result<()> {
        let server = self.server()?;
        if refuse {
            server.shut();
        } else {
            server.open();
        }
        Ok(())
    }

    /// Ends it.
    #[napi(catch_unwind)]
    pub fn close(&mut self) {
        drop(self.server.take());
    }

    fn server(&self) -> Result<&Server> {
        self.server.as_ref().ok_or_else(|| Error::from_reason("the emulator is closed"))
    }
}
