//! What went wrong on the network, in a few words of our own and without secrets.

use std::io::ErrorKind;

use ureq::{Error, Timeout};
use zoomout_core::for_people;

use super::timeouts::Timeouts;

pub(super) fn describe(error: &Error, timeouts: &Timeouts) -> String {
    match error {
        Error::HostNotFound => "the name of the host was not found".to_owned(),
        Error::ConnectProxyFailed(_) => "the proxy refused the connection".to_owned(),
        Error::ConnectionFailed => "the connection failed".to_owned(),
        Error::BodyExceedsLimit(limit) => format!("the answer is larger than {limit} bytes"),
        Error::TlsRequired => {
            "https needs TLS: build zoomout with its feature `rustls` or `native-tls`".to_owned()
        }
        Error::Protocol(_) => "the answer is not HTTP".to_owned(),
        Error::Timeout(phase) => describe_timeout(*phase, timeouts),
        Error::Io(error) => match error.kind() {
            ErrorKind::ConnectionRefused => "the connection was refused".to_owned(),
            ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted => {
                "the connection was reset".to_owned()
            }
            ErrorKind::UnexpectedEof => "the connection was closed before the answer was whole".to_owned(),
            _ => for_people(&error.to_string()),
        },
        // It may quote a server.
        other => for_people(&other.to_string()),
    }
}

fn describe_timeout(phase: Timeout, timeouts: &Timeouts) -> String {
    let (what, limit) = match phase {
        Timeout::Resolve => ("the name of the host was not found", timeouts.resolve),
        Timeout::Connect => ("no connection", timeouts.connect),
        Timeout::SendRequest | Timeout::SendBody => ("the request was not taken", timeouts.send),
        Timeout::RecvResponse => ("no answer", timeouts.response),
        Timeout::RecvBody => ("the answer did not end", timeouts.body),
        Timeout::Global | Timeout::PerCall => return "the time was up".to_owned(),
        other => return format!("timed out: {other}"),
    };
    format!("{what} within {limit:?}")
}
