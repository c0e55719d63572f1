//! One call on its way: whether a byte of it has left, and how to interrupt it.

use std::cell::RefCell;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use ureq::Error;
use ureq::unversioned::transport::ShutdownHandle;

use crate::transport::Context;

thread_local! {
    /// The call that this thread makes. ureq runs a request wholly on the caller's thread and gives its
    /// connector no way to tell requests apart, so this is how the two find each other.
    static CURRENT: RefCell<Option<Arc<Call>>> = const { RefCell::new(None) };
    /// How many connections this thread is building up: that to a proxy is part of another one.
    static CONNECTING: RefCell<u32> = const { RefCell::new(0) };
}

/// The handle by which another thread shuts a socket down.
pub(super) type Socket = Weak<dyn ShutdownHandle>;

pub(super) struct Call {
    /// A forked process has a copy of this, and shares the socket: shutting it down there would cut the call here.
    process: u32,
    context: Context,
    sent: AtomicBool,
    socket: Mutex<Option<Socket>>,
}

impl Call {
    /// Runs `exchange` as a call that a cancel interrupts, and answers whether a byte of it left.
    pub(super) fn run<T>(context: &Context, exchange: impl FnOnce() -> T) -> (T, bool) {
        context.hold();
        let call = Arc::new(Self {
            process: process::id(),
            context: context.clone(),
            sent: AtomicBool::new(false),
            socket: Mutex::new(None),
        });
        let interrupted = Arc::clone(&call);
        let hook = call.context.cancel.on_cancel(move || interrupted.interrupt());
        let outer = CURRENT.replace(Some(Arc::clone(&call)));
        let result = exchange();
        CURRENT.set(outer);
        // From here on the connection may belong to another call.
        call.attach(None);
        drop(hook);
        (result, call.sent.load(Ordering::SeqCst))
    }

    pub(super) fn current() -> Option<Arc<Self>> {
        CURRENT.with_borrow(Clone::clone)
    }

    /// Ends the call here if it was cancelled: nothing more may be sent.
    pub(super) fn go_on(&self) -> Result<(), Error> {
        if self.context.cancel.is_cancelled() { Err(cancelled()) } else { Ok(()) }
    }

    /// Asks whether bytes of the request may leave, and notes that they are about to. Handshakes do not count:
    /// a server that saw only them knows nothing of the request.
    pub(super) fn about_to_send(&self) -> Result<(), Error> {
        if Connecting::under_way() {
            return Ok(());
        }
        if !self.context.leave() {
            return Err(cancelled());
        }
        self.sent.store(true, Ordering::SeqCst);
        Ok(())
    }

    /// Names the socket that the call uses now.
    pub(super) fn attach(&self, socket: Option<Socket>) {
        *self.socket.lock().unwrap_or_else(PoisonError::into_inner) = socket;
    }

    fn interrupt(&self) {
        if self.process != process::id() {
            return;
        }
        let socket = self.socket.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(socket) = socket.as_ref().and_then(Weak::upgrade) {
            socket.shutdown();
        }
    }
}

fn cancelled() -> Error {
    Error::Io(std::io::Error::other("cancelled"))
}

/// As long as it lives, this thread is building up a connection.
pub(super) struct Connecting;

impl Connecting {
    /// Whether this thread is: what is sent then is a handshake, and what is looked up is the proxy.
    pub(super) fn under_way() -> bool {
        CONNECTING.with_borrow(|depth| *depth > 0)
    }

    pub(super) fn begin() -> Self {
        CONNECTING.with_borrow_mut(|depth| *depth += 1);
        Self
    }
}

impl Drop for Connecting {
    fn drop(&mut self) {
        CONNECTING.with_borrow_mut(|depth| *depth -= 1);
    }
}
