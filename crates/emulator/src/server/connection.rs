//! One connection: hyper reads and writes HTTP, this thread waits for it.

use std::fmt;
use std::future::Future;
use std::net::TcpStream;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;

use super::World;
use super::wire::{Spoil, Wire};
use crate::reply::{self, Body, Reply};

/// No documented request is longer.
const LONGEST_REQUEST: usize = 1 << 20;

/// Serves a connection until it ends.
pub(super) fn serve(stream: Arc<TcpStream>, world: &Arc<World>) {
    let wire = Wire::new(stream, Arc::clone(&world.stop));
    let greeting = world.emulator.lock().unwrap_or_else(PoisonError::into_inner).on_connection();
    if spoil(&wire, &greeting, 0, world).is_err() {
        return;
    }
    let service = service_fn(|request| answer(request, &wire, world));
    let mut connection =
        pin!(http1::Builder::new().auto_date_header(false).serve_connection(wire.clone(), service));
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut context = Context::from_waker(&waker);
    // An error here is the client's doing or a fault's: the client sees it, nobody else is interested.
    while connection.as_mut().poll(&mut context).is_pending() {
        if woken.0.swap(false, Ordering::AcqRel) {
            continue;
        }
        if wire.wait_readable().is_err() || wire.is_stale() {
            return;
        }
    }
}

#[derive(Debug, Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}

/// The connection ends without an answer, because a fault wants it so.
#[derive(Debug)]
struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is ended by a fault")
    }
}

impl std::error::Error for Cut {}

async fn answer(
    request: Request<Incoming>,
    wire: &Wire,
    world: &World,
) -> Result<Response<Full<Bytes>>, Cut> {
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, LONGEST_REQUEST).collect().await.map_err(|_| Cut)?;
    let request = Request::from_parts(parts, body.to_bytes().into());
    let now = world.clock.now();
    let Reply { response, wire: fate } =
        world.emulator.lock().unwrap_or_else(PoisonError::into_inner).handle(&request, now);
    let (parts, body) = response.into_parts();
    let bytes = match body {
        Body::Bytes(bytes) => Bytes::from(bytes),
        // Painting takes a moment, and must not stop the others.
        Body::Picture(picture) => world.gallery.file(&picture).map_err(|_| Cut)?,
    };
    if !world.latency.is_zero() && world.stop.wait(world.latency) {
        return Err(Cut);
    }
    spoil(wire, &fate, bytes.len(), world)?;
    Ok(Response::from_parts(parts, Full::new(bytes)))
}

/// Does to the wire what a fault wants; an error ends the connection at once.
fn spoil(wire: &Wire, fate: &reply::Wire, body: usize, world: &World) -> Result<(), Cut> {
    match fate {
        reply::Wire::Whole => wire.spoil(Spoil::Nothing),
        reply::Wire::Cut(part) => wire.spoil(Spoil::Cut { part: *part, body }),
        reply::Wire::Drip(millis) => wire.spoil(Spoil::Drip(Duration::from_millis(*millis))),
        reply::Wire::WrongLength(by) => wire.spoil(Spoil::WrongLength { body, by: *by }),
        reply::Wire::Stale => wire.spoil(Spoil::Stale),
        reply::Wire::Refuse(millis) => {
            world.door.shut_for(Duration::from_millis(*millis));
            wire.reset_on_close();
            return Err(Cut);
        }
        reply::Wire::Close => return Err(Cut),
        reply::Wire::Reset => {
            wire.reset_on_close();
            return Err(Cut);
        }
        reply::Wire::Hang => {
            wire.hang();
            return Err(Cut);
        }
        reply::Wire::Raw(bytes) => {
            // Whether the client reads them is its own affair.
            drop(wire.send(bytes));
            return Err(Cut);
        }
    }
    Ok(())
}
