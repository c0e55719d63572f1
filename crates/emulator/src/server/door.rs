//! The door: the listening socket, which can be shut for a while.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use socket2::{Domain, Socket, Type};

/// How long a connection to ourselves may take.
const KNOCK: Duration = Duration::from_secs(1);

/// So many may stand before the door: hundreds of clients knock at once in a load test, and a crowd that
/// is too large is turned away with resets.
const CROWD: i32 = 4_096;

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // As the standard library does: a port whose last connections are ending is free.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(CROWD)?;
    Ok(socket.into())
}

/// Whether connections are let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Open,
    Shut,
    /// Shut for so long, then open.
    ShutFor(Duration),
    Ended,
}

#[derive(Debug)]
struct State {
    wanted: Wanted,
    /// Whether the port is listened on.
    listening: bool,
}

/// The door of a server.
#[derive(Debug)]
pub(super) struct Door {
    address: SocketAddr,
    state: Mutex<State>,
    changed: Condvar,
}

impl Door {
    /// Opens the door for the first time.
    pub(super) fn open_at(port: u16) -> io::Result<(Self, TcpListener)> {
        let listener = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
        let address = listener.local_addr()?;
        let state = State { wanted: Wanted::Open, listening: true };
        Ok((Self { address, state: Mutex::new(state), changed: Condvar::new() }, listener))
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets people in until the end, and nobody while the door is shut.
    pub(super) fn keep(&self, first: TcpListener, mut welcome: impl FnMut(TcpStream)) {
        let mut listener = Some(first);
        while let Some(open) = listener.take() {
            for stream in open.incoming() {
                if self.lock().wanted != Wanted::Open {
                    break;
                }
                // A connection that failed before it was accepted is the client's loss.
                if let Ok(stream) = stream {
                    welcome(stream);
                }
            }
            drop(open);
            self.tell(false);
            listener = self.reopen();
        }
    }

    /// From here on connections are refused; returns once it is so.
    pub(super) fn shut(&self) {
        self.want(Wanted::Shut);
    }

    /// Refuses connections for so long.
    pub(super) fn shut_for(&self, pause: Duration) {
        self.want(Wanted::ShutFor(pause));
    }

    /// Lets connections in again; returns once it is so.
    pub(super) fn open(&self) {
        let mut state = self.lock();
        if state.wanted == Wanted::Ended {
            return;
        }
        state.wanted = Wanted::Open;
        self.changed.notify_all();
        drop(self.changed.wait_while(state, |state| !state.listening && state.wanted == Wanted::Open));
    }

    /// Lets nobody in any more.
    pub(super) fn end(&self) {
        self.want(Wanted::Ended);
    }

    fn want(&self, wanted: Wanted) {
        {
            let mut state = self.lock();
            if state.wanted == Wanted::Ended {
                return;
            }
            state.wanted = wanted;
            self.changed.notify_all();
            if !state.listening {
                return;
            }
        }
        // Wakes whoever waits for a guest. If that cannot be, the next guest does.
        if TcpStream::connect_timeout(&self.address, KNOCK).is_ok() {
            drop(self.changed.wait_while(self.lock(), |state| state.listening && state.wanted == wanted));
        }
    }

    /// Waits until the door shall be open, and opens it; nothing at the end.
    fn reopen(&self) -> Option<TcpListener> {
        let mut state = self.lock();
        loop {
            state = match state.wanted {
                Wanted::Ended => return None,
                Wanted::Open => match listen(self.address) {
                    Ok(listener) => {
                        state.listening = true;
                        self.changed.notify_all();
                        return Some(listener);
                    }
                    // Somebody else took the port for a moment: try again.
                    Err(_) => self.wait(state, Duration::from_millis(1)),
                },
                Wanted::Shut => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Wanted::ShutFor(pause) => {
                    let mut state = self.wait(state, pause);
                    if state.wanted == Wanted::ShutFor(pause) {
                        state.wanted = Wanted::Open;
                    }
                    state
                }
            };
        }
    }

    fn wait<'a>(&'a self, state: MutexGuard<'a, State>, pause: Duration) -> MutexGuard<'a, State> {
        self.changed.wait_timeout(state, pause).unwrap_or_else(PoisonError::into_inner).0
    }

    fn tell(&self, listening: bool) {
        self.lock().listening = listening;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
