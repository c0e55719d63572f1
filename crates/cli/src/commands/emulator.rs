//! `emulator`: the API on this machine until Ctrl-C.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;
use zoomout::{Clock, Error, Instant, MachineClock};
use zoomout_emulator::{Options, Script, Seed, Server};

use crate::failure::Failure;
use crate::session::{Tools, start_emulator, time_scale};

/// How the emulator was asked to be.
pub(crate) struct Served {
    pub(crate) port: u16,
    pub(crate) latency: u64,
    pub(crate) faults: Option<PathBuf>,
}

pub(crate) fn run(tools: &Tools<'_>, wanted: &Served) -> Result<(), Failure> {
    let &Tools { global, output, stop, .. } = tools;
    global.refuse_server()?;
    let faults = wanted.faults.as_deref().map(read).transpose()?.unwrap_or_default();
    let server = start_emulator(Options {
        port: wanted.port,
        time_scale: time_scale(global)?.unwrap_or(1.0),
        latency: Duration::from_millis(wanted.latency),
        faults,
        ..Options::default()
    })?;
    // Nobody would find a server whose address could not be told.
    if !output.result(|| json!({ "url": server.url(), "api_key": server.key() }), || greeting(&server)) {
        return Ok(());
    }
    MachineClock::default().sleep_until(Instant::from_millis(u64::MAX), stop);
    let bill = server.bill();
    output.tell(&format!("{} accepted, {} USD on the bill", bill.lines.len(), bill.total_usd.dollars()));
    Ok(())
}

fn read(path: &Path) -> Result<Script, Error> {
    let name = path.display();
    let text = fs::read(path)
        .map_err(|error| Error::invalid("faults", format_args!("{name} cannot be read")).caused_by(&error))?;
    Script::from_json(&text)
        .map_err(|problem| Error::invalid("faults", format_args!("in {name} cannot be used: {problem}")))
}

fn greeting(server: &Server) -> String {
    let mut text =
        format!("The API is at {}, its key is {}. Ctrl-C ends it.\n\nTasks:\n", server.url(), server.key());
    for seed in Seed::ALL {
        let _ = writeln!(text, "  {}  {}", seed.task_id, seed.description);
    }
    let (url, key) = (server.url(), server.key());
    let _ = write!(text, "\nIn another terminal:\n  export APIMART_BASE_URL={url} APIMART_API_KEY={key}");
    let _ = write!(
        text,
        "\n  zoomout zoom {} --zoom-ratio 1.5 --speed turbo -o wide.png",
        Seed::UPSCALED.task_id
    );
    let _ = write!(text, "\n  curl {url}/emulator/bill");
    text
}
