//! A raw-socket server that behaves as badly as a test wants, and counts what it received; and the table
//! of faults.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "support for tests, which may stop at the first surprise"
)]

pub mod faults;
pub mod page;
pub mod simulation;
pub mod socks;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// A request as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Which connection it came on, from 0.
    pub connection: usize,
    /// The method and the path.
    pub line: String,
    /// The header lines, in lower case.
    pub headers: Vec<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// A server on a free port of this machine, one thread a connection.
#[derive(Debug)]
pub struct RawServer {
    port: u16,
    received: Arc<Mutex<Vec<Received>>>,
    stopping: Arc<AtomicBool>,
    acceptor: Option<JoinHandle<()>>,
}

/// One connection to the server.
#[derive(Debug)]
pub struct Connection {
    number: usize,
    reader: BufReader<TcpStream>,
    received: Arc<Mutex<Vec<Received>>>,
}

impl RawServer {
    /// Starts a server whose connections are handled by `behave`.
    pub fn start(behave: impl Fn(&mut Connection) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let received = Arc::new(Mutex::new(Vec::new()));
        let stopping = Arc::new(AtomicBool::new(false));
        let behave = Arc::new(behave);
        let (seen, stop) = (Arc::clone(&received), Arc::clone(&stopping));
        let acceptor = std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let stream = stream.unwrap();
                let (seen, behave) = (Arc::clone(&seen), Arc::clone(&behave));
                std::thread::spawn(move || {
                    behave(&mut Connection { number, reader: BufReader::new(stream), received: seen });
                });
            }
        });
        Self { port, received, stopping, acceptor: Some(acceptor) }
    }

    /// A server that answers every request with these bytes, whatever they are, and then hangs up.
    pub fn answering(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::start(move |connection| {
            if connection.read_request().is_some() {
                connection.write(&bytes);
            }
        })
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address for a client.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Every request that was read so far.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// How many submissions were read so far.
    pub fn posts(&self) -> usize {
        self.received().iter().filter(|request| request.line.starts_with("POST ")).count()
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // Wakes the acceptor up.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        if let Some(acceptor) = self.acceptor.take() {
            acceptor.join().unwrap();
        }
    }
}

impl Connection {
    /// Which connection this is, from 0.
    pub fn number(&self) -> usize {
        self.number
    }

    /// Reads a whole request; nothing if the client hung up instead.
    pub fn read_request(&mut self) -> Option<Received> {
        let mut line = String::new();
        if self.reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let mut headers = Vec::new();
        loop {
            let mut header = String::new();
            self.reader.read_line(&mut header).ok()?;
            let header = header.trim().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            headers.push(header);
        }
        let length = headers.iter().find_map(|header| header.strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        self.reader.read_exact(&mut body).ok()?;
        let line = line.trim().trim_end_matches(" HTTP/1.1").to_owned();
        let request = Received { connection: self.number, line, headers, body };
        self.received.lock().unwrap().push(request.clone());
        Some(request)
    }

    /// Waits for the first bytes, whatever they are, and leaves them unread.
    pub fn await_bytes(&mut self) {
        drop(self.reader.fill_buf());
    }

    /// Writes bytes; a client that hung up does not matter.
    pub fn write(&mut self, bytes: &[u8]) {
        drop(self.reader.get_mut().write_all(bytes));
    }

    /// Hangs up with a reset instead of an orderly end.
    pub fn reset(&mut self) {
        let socket = socket2::SockRef::from(self.reader.get_ref());
        socket.set_linger(Some(Duration::ZERO)).unwrap();
    }

    /// Says nothing until the client hangs up.
    pub fn hang(&mut self) {
        drop(self.reader.read_to_end(&mut Vec::new()));
    }

    /// Hangs up in an orderly way.
    pub fn close(&mut self) {
        drop(self.reader.get_ref().shutdown(Shutdown::Both));
    }
}

/// An answer with this status and body.
pub fn answer(status: u16, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
