//! The emulator on a port of this machine: one plain thread a connection.

mod clock;
mod connection;
mod door;
mod stop;
mod wire;

use std::io;
use std::net::TcpStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::bill::Bill;
use crate::emulator::{Emulator, KEY};
use crate::fault::Script;
use crate::picture::Gallery;
use crate::seen::Seen;
use crate::settings::Settings;
use clock::Clock;
use door::Door;
use stop::Stop;

/// Enough for hyper's buffers and a picture's scan lines.
const STACK: usize = 256 * 1024;

/// Pictures are painted in memory.
const MOST_SIDE: u32 = 4_096;

/// How to start a [`Server`].
#[derive(Clone, Debug)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// How many times faster than real time the tasks live; 1 is real time. A finite number above 0.
    pub time_scale: f64,
    /// The faults to come.
    pub faults: Script,
    /// How the API behaves where the documents leave it open.
    pub settings: Settings,
    /// Width and height of each picture in pixels, 1 to 4096.
    pub picture_side: u32,
    /// How long each answer is held back, in real time.
    pub latency: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            time_scale: 1.0,
            faults: Script::default(),
            settings: Settings::default(),
            picture_side: 768,
            latency: Duration::ZERO,
        }
    }
}

impl Options {
    /// What cannot be emulated is refused by name, and not silently made something else.
    fn check(&self) -> io::Result<()> {
        let refuse = |problem: String| Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
        if !(self.time_scale.is_finite() && self.time_scale > 0.0) {
            return refuse(format!("time_scale must be a finite number above 0, got {}", self.time_scale));
        }
        if !(1..=MOST_SIDE).contains(&self.picture_side) {
            return refuse(format!("picture_side must be 1 to {MOST_SIDE}, got {}", self.picture_side));
        }
        Ok(())
    }
}

/// A running emulator. Dropping it ends it at once, with every connection.
#[derive(Debug)]
pub struct Server {
    url: String,
    world: Arc<World>,
}

/// What all connections share.
#[derive(Debug)]
struct World {
    emulator: Mutex<Emulator>,
    clock: Clock,
    gallery: Gallery,
    stop: Arc<Stop>,
    door: Door,
    latency: Duration,
}

impl Server {
    /// Starts an emulator on this machine.
    ///
    /// # Errors
    ///
    /// When the port cannot be listened on; [`InvalidInput`](io::ErrorKind::InvalidInput) when an option is none.
    pub fn start(options: Options) -> io::Result<Self> {
        options.check()?;
        let (door, listener) = Door::open_at(options.port)?;
        let url = format!("http://{}", door.address());
        let clock = Clock::start(options.time_scale);
        let mut emulator = Emulator::new(url.as_str(), clock.now());
        emulator.inject(options.faults);
        emulator.set(options.settings);
        let world = Arc::new(World {
            emulator: Mutex::new(emulator),
            clock,
            gallery: Gallery::new(options.picture_side),
            stop: Arc::default(),
            door,
            latency: options.latency,
        });
        let keeper = Arc::clone(&world);
        thread::Builder::new()
            .name("emulator".to_owned())
            .stack_size(STACK)
            .spawn(move || keeper.door.keep(listener, |stream| welcome(stream, &keeper)))?;
        Ok(Self { url, world })
    }

    /// The address to give to a client, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The key that it accepts. It opens nothing else.
    pub fn key(&self) -> &'static str {
        KEY
    }

    /// The bill so far.
    pub fn bill(&self) -> Bill {
        self.emulator().bill(self.world.clock.now())
    }

    /// The requests that arrived last.
    pub fn requests(&self) -> Vec<Seen> {
        self.emulator().requests()
    }

    /// Replaces the faults to come.
    pub fn inject(&self, script: Script) {
        self.emulator().inject(script);
    }

    /// Replaces the settings.
    pub fn set(&self, settings: Settings) {
        self.emulator().set(settings);
    }

    /// Lets the emulated time jump.
    pub fn advance(&self, by: Duration) {
        self.emulator().advance(by);
    }

    /// Starts anew: seeded tasks only, no bill, no faults.
    pub fn reset(&self) {
        self.emulator().reset(self.world.clock.now());
    }

    /// Refuses connections until [`Server::open`]; those that exist go on.
    pub fn shut(&self) {
        self.world.door.shut();
    }

    /// Lets connections in again.
    pub fn open(&self) {
        self.world.door.open();
    }

    fn emulator(&self) -> MutexGuard<'_, Emulator> {
        self.world.emulator.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.world.stop.end();
        self.world.door.end();
    }
}

fn welcome(stream: TcpStream, world: &Arc<World>) {
    let Some(stream) = world.stop.admit(stream) else { return };
    let world = Arc::clone(world);
    let served = thread::Builder::new()
        .name("emulator-connection".to_owned())
        .stack_size(STACK)
        .spawn(move || connection::serve(stream, &world));
    // Without a thread the connection is closed, as by a server at its limit.
    drop(served);
}
