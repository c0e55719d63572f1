//! A connection as hyper sees it, on a thread that may block; and what a fault does to it.

use std::cell::RefCell;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::rt::ReadBufCursor;
use socket2::SockRef;

use super::stop::Stop;
use crate::reply::Part;

/// What is done to the bytes of the answer that comes next.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Spoil {
    #[default]
    Nothing,
    /// Stop in the middle of this part; the body has so many bytes.
    Cut { part: Part, body: usize },
    /// So long between two bytes.
    Drip(Duration),
    /// Declare that the body has so many bytes more than it has.
    WrongLength { body: usize, by: i64 },
    /// Nothing; but the connection ends when the next request comes in.
    Stale,
}

/// The stream of one connection. Reads never block, because hyper looks whether there is more; writes do.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    stream: Arc<TcpStream>,
    spoil: Rc<RefCell<Spoil>>,
    stop: Arc<Stop>,
}

impl Wire {
    pub(super) fn new(stream: Arc<TcpStream>, stop: Arc<Stop>) -> Self {
        Self { stream, spoil: Rc::default(), stop }
    }

    /// Spoils the next answer.
    pub(super) fn spoil(&self, spoil: Spoil) {
        *self.spoil.borrow_mut() = spoil;
    }

    /// Waits until there is something to read, or the other side has gone.
    pub(super) fn wait_readable(&self) -> io::Result<()> {
        self.stream.peek(&mut [0]).map(drop)
    }

    /// Whether the connection shall end now that the next request has come in.
    pub(super) fn is_stale(&self) -> bool {
        matches!(*self.spoil.borrow(), Spoil::Stale)
    }

    /// Swallows what comes until the other side gives up.
    pub(super) fn hang(&self) {
        let mut sink = [0; 1024];
        while let Ok(1..) = (&*self.stream).read(&mut sink) {}
    }

    /// Sends these bytes.
    pub(super) fn send(&self, bytes: &[u8]) -> io::Result<()> {
        (&*self.stream).write_all(bytes)
    }

    /// Lets the connection end with a reset as soon as the last hold on it is gone.
    pub(super) fn reset_on_close(&self) {
        // A connection that has ended already cannot be reset, which is as good.
        drop(SockRef::from(&*self.stream).set_linger(Some(Duration::ZERO)));
    }

    fn read_now(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_nonblocking(true)?;
        let read = (&*self.stream).read(buffer);
        self.stream.set_nonblocking(false)?;
        read
    }

    fn drip(&self, bytes: &[u8], pause: Duration) -> io::Result<usize> {
        for byte in bytes {
            self.send(std::slice::from_ref(byte))?;
            if self.stop.wait(pause) {
                return Err(ErrorKind::ConnectionAborted.into());
            }
        }
        Ok(bytes.len())
    }

    fn wrong_length(&self, bytes: &[u8], body: usize, by: i64) -> io::Result<usize> {
        let declared = i64::try_from(body).unwrap_or(i64::MAX).saturating_add(by).max(0);
        let (right, wrong) =
            (format!("content-length: {body}\r\n"), format!("content-length: {declared}\r\n"));
        let at = bytes.windows(right.len()).position(|window| window == right.as_bytes());
        let (head, rest) = bytes.split_at(at.unwrap_or(bytes.len()));
        self.send(head)?;
        if let Some(rest) = rest.get(right.len()..) {
            self.send(wrong.as_bytes())?;
            self.send(rest)?;
        }
        Ok(bytes.len())
    }

    fn cut(&self, bytes: &[u8], part: Part, body: usize) -> io::Result<usize> {
        // The head of an answer of ours is small: it comes in one piece.
        let line = bytes.windows(2).position(|pair| pair == b"\r\n").unwrap_or(bytes.len());
        let head = bytes.windows(4).position(|four| four == b"\r\n\r\n").map_or(bytes.len(), |end| end + 4);
        let keep = match part {
            Part::Status => line / 2,
            Part::Headers => line.midpoint(head),
            Part::Body => head.saturating_add(body / 2),
        };
        self.send(bytes.get(..keep).unwrap_or(bytes))?;
        self.stream.shutdown(Shutdown::Write)?;
        Err(ErrorKind::ConnectionAborted.into())
    }
}

impl hyper::rt::Read for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut target: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let mut buffer = [0; 8192];
        let room = target.remaining().min(buffer.len());
        let Some(window) = buffer.get_mut(..room) else { return Poll::Ready(Ok(())) };
        match self.read_now(window) {
            Ok(read) => {
                target.put_slice(window.get(..read).unwrap_or_default());
                Poll::Ready(Ok(()))
            }
            // Whoever drives the connection waits until there is something to read, and asks again.
            Err(error) if error.kind() == ErrorKind::WouldBlock => Poll::Pending,
            Err(error) => Poll::Ready(Err(error)),
        }
    }
}

impl hyper::rt::Write for Wire {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let spoil = *self.spoil.borrow();
        Poll::Ready(match spoil {
            Spoil::Nothing | Spoil::Stale => (&*self.stream).write(bytes),
            Spoil::WrongLength { body, by } => self.wrong_length(bytes, body, by),
            Spoil::Drip(pause) => self.drip(bytes, pause),
            Spoil::Cut { part, body } => self.cut(bytes, part, body),
        })
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(match self.stream.shutdown(Shutdown::Write) {
            Err(error) if error.kind() == ErrorKind::NotConnected => Ok(()),
            done => done,
        })
    }
}
