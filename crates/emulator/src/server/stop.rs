//! The end of the server, which every wait must notice.

use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

/// Whether the server has ended, and the connections that must end with it.
#[derive(Debug, Default)]
pub(super) struct Stop {
    open: Mutex<Open>,
    ended: Condvar,
}

#[derive(Debug, Default)]
struct Open {
    ended: bool,
    streams: Vec<Weak<TcpStream>>,
}

impl Stop {
    /// Takes a connection into its care; `None` if the server has ended.
    pub(super) fn admit(&self, stream: TcpStream) -> Option<Arc<TcpStream>> {
        let mut open = self.lock();
        if open.ended {
            return None;
        }
        let stream = Arc::new(stream);
        if open.streams.len() == open.streams.capacity() {
            open.streams.retain(|stream| stream.strong_count() > 0);
        }
        open.streams.push(Arc::downgrade(&stream));
        Some(stream)
    }

    /// Ends every connection and every wait, now and from here on.
    pub(super) fn end(&self) {
        let mut open = self.lock();
        open.ended = true;
        for stream in open.streams.drain(..).filter_map(|stream| stream.upgrade()) {
            // One that is closed already needs no closing.
            drop(stream.shutdown(Shutdown::Both));
        }
        self.ended.notify_all();
    }

    /// Waits so long, or until the end; tells whether it has come.
    pub(super) fn wait(&self, pause: Duration) -> bool {
        let waited = self.ended.wait_timeout_while(self.lock(), pause, |open| !open.ended);
        waited.unwrap_or_else(PoisonError::into_inner).0.ended
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
