//! The emulator, so that Node users test their own programs offline.

use std::time::Duration;

use napi::{Error, Result};
use napi_derive::napi;
use zoomout_binding::json;
use zoomout_emulator::{Options, Script, Seed, Server};

/// What `Emulator` of `zoomout/testing` stands on.
#[napi]
pub struct NativeEmulator {
    url: String,
    key: &'static str,
    server: Option<Server>,
}

#[napi]
impl NativeEmulator {
    /// Starts it.
    #[napi(constructor, catch_unwind)]
    pub fn new(port: u16, time_scale: f64, picture_side: u32) -> Result<Self> {
        let options = Options { port, time_scale, picture_side, ..Options::default() };
        let server = Server::start(options).map_err(|error| Error::from_reason(error.to_string()))?;
        Ok(Self { url: server.url().to_owned(), key: server.key(), server: Some(server) })
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
    pub fn advance(&self, millis: u32) -> Result<()> {
        self.server()?.advance(Duration::from_millis(millis.into()));
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
