//! The advice that goes with an error.

use super::api_error::ApiError;
use super::billed::Billed;
use super::kind::ErrorKind;

/// One sentence on what to do now. Money first: where it may have been spent, never "try again".
pub(super) fn advise(kind: ErrorKind, billed: Billed, api: Option<&ApiError>) -> &'static str {
    match (kind, billed) {
        (ErrorKind::Invalid, _) => "correct the named field; nothing was sent and nothing was charged",
        (ErrorKind::Refused, _) => refused(billed, api),
        (ErrorKind::Unconfirmed, _) => {
            "look at the usage or balance of the account before submitting again: \
             the task may exist and may have been billed, and a second submission would be billed as well"
        }
        (ErrorKind::TaskFailed, Billed::Maybe) => {
            "nothing needs to be done: the server cancels and refunds the task after 30 minutes; submit anew if wanted"
        }
        (ErrorKind::TaskFailed, _) => {
            "read the reason; the server refunds a failed task; submit anew if wanted"
        }
        (ErrorKind::Deadline, Billed::Yes) => {
            "wait for the same task again: it goes on and is not charged twice"
        }
        (ErrorKind::Deadline, Billed::No) => "allow more time, then try again; nothing was charged",
        (ErrorKind::Cancelled, Billed::Yes) => {
            "wait for the same task to get the picture: it is already paid for"
        }
        (
            ErrorKind::Deadline | ErrorKind::Cancelled | ErrorKind::Transport | ErrorKind::Protocol,
            Billed::Maybe,
        ) => {
            "look at the usage or balance of the account before submitting again: the task may exist and may have been billed"
        }
        (ErrorKind::Cancelled, Billed::No) => "nothing was charged; start again whenever wanted",
        (ErrorKind::Transport, Billed::Yes) => "wait for the same task again once the network is back",
        (ErrorKind::Transport, Billed::No) => {
            "check the network and the address, then try again; nothing was charged"
        }
        (ErrorKind::Protocol, Billed::Yes) => "look at the task again, and report this answer if it stays",
        (ErrorKind::Protocol, Billed::No) => {
            "check the address of the API, and report this answer if it stays"
        }
        (ErrorKind::Storage, Billed::Yes) => {
            "free some space or choose another place, then wait for the same task again: it is already paid for"
        }
        (ErrorKind::Storage, _) => {
            "free some space, memory or threads, or choose another place, then try again; nothing was charged"
        }
    }
}

fn refused(billed: Billed, api: Option<&ApiError>) -> &'static str {
    if billed == Billed::Yes {
        return refused_after_payment(api);
    }
    let Some(api) = api else {
        return "read the server's answer, correct the request and try again";
    };
    if api.is_parent_not_upscaled() {
        "upscale one tile of the grid first, then zoom the task that the upscale returns"
    } else if api.is_authentication() {
        "check the API key"
    } else if api.is_payment() {
        "top up the account, then try again"
    } else if api.is_permission() {
        "use a task of the account that the API key belongs to"
    } else if api.is_not_found() && api.code.as_deref() == Some("3") {
        "check the task id: tasks are kept for 3 days; where it is right no instance of Midjourney is free: try later"
    } else if api.is_not_found() {
        "check the task id: tasks are kept for 3 days"
    } else if api.is_rate_limit() {
        "wait, then try again; nothing was charged"
    } else if api.is_moderation() {
        "change the picture or the prompt: moderation refused it"
    } else if api.status.is_some_and(|status| (300..400).contains(&status)) {
        "check the address of the API: it points elsewhere, and a request that costs money is never redirected"
    } else {
        "read the server's words and correct the request; nothing was charged"
    }
}

fn refused_after_payment(api: Option<&ApiError>) -> &'static str {
    match api {
        None => "wait for the same task again, which may show another link: it is already paid for",
        Some(api) if api.is_authentication() => {
            "check the API key, then wait for the same task again: it is already paid for"
        }
        Some(api) if api.is_permission() => {
            "use the API key of the account that paid for the task, then wait for the same task again"
        }
        Some(api) if api.is_not_found() => {
            "wait for the same task again: it is already paid for; tasks are kept for 3 days"
        }
        Some(_) => "read the server's words, then wait for the same task again: it is already paid for",
    }
}
