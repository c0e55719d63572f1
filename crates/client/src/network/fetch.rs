//! Downloads of pictures: strangers' links, so nothing secret goes out and nothing unbounded comes in.

use std::io::{ErrorKind, Read, Write};
use std::time::Duration;

use http::Uri;
use http::header::{ACCEPT, CONTENT_LENGTH};
use ureq::{Agent, Error};

use super::resolver::OutOfReach;
use super::timeouts::Timeouts;
use super::words::describe;
use crate::transport::FetchError;

/// So much is read at once.
const CHUNK: usize = 64 << 10;

pub(super) fn fetch(
    agent: &Agent,
    timeouts: &Timeouts,
    uri: &Uri,
    limit: u64,
    sink: &mut dyn Write,
    within: Option<Duration>,
) -> Result<(), FetchError> {
    if !matches!(uri.scheme_str(), Some("http" | "https")) || uri.host().is_none() {
        return Err(FetchError::NotAllowed("the link is not an https address".to_owned()));
    }
    // Some hosts of pictures stall until a request looks like a browser's (reference, section 5.3).
    let request = agent
        .get(uri)
        .config()
        .timeout_global(within)
        .build()
        .header(ACCEPT, "image/avif,image/webp,image/png,image/*;q=0.9,*/*;q=0.8");
    let mut response = request.call().map_err(|error| explain(&error, timeouts))?;
    if !response.status().is_success() {
        return Err(FetchError::Status(response.status().as_u16()));
    }
    let declared: Option<u64> =
        response.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.trim().parse().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(FetchError::TooLarge(limit));
    }
    let mut reader = response.body_mut().with_config().limit(u64::MAX).reader();
    let mut chunk = vec![0; CHUNK];
    let mut received: u64 = 0;
    loop {
        let count = match reader.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(explain(&Error::from(error), timeouts)),
        };
        received = received.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        if received > limit {
            return Err(FetchError::TooLarge(limit));
        }
        sink.write_all(chunk.get(..count).unwrap_or_default()).map_err(FetchError::Sink)?;
    }
    match declared {
        Some(length) if received < length => {
            Err(FetchError::Network(format!("the picture was cut short: {received} of {length} bytes came")))
        }
        _ => Ok(()),
    }
}

fn explain(error: &Error, timeouts: &Timeouts) -> FetchError {
    match error {
        Error::Other(why) if why.is::<OutOfReach>() => FetchError::NotAllowed(why.to_string()),
        Error::RequireHttpsOnly(_) => FetchError::NotAllowed("the link does not use https".to_owned()),
        Error::TlsRequired => FetchError::NotAllowed(describe(error, timeouts)),
        Error::BadUri(_) => {
            FetchError::NotAllowed("the link leads to something that is no https address".to_owned())
        }
        Error::TooManyRedirects | Error::RedirectFailed => {
            FetchError::NotAllowed("the link is passed on too often".to_owned())
        }
        other => FetchError::Network(describe(other, timeouts)),
    }
}
