//! The server's own words.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// What the server said went wrong, in one shape whatever shape it came in (reference, section 9).
///
/// The predicates look at the HTTP status first, then at `type` and `code`, and at the text only where
/// the API publishes nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiError {
    /// The HTTP status; absent for the failure of a task, which arrives inside a 200.
    pub status: Option<u16>,
    /// `error.type`, such as `invalid_request_error`.
    pub kind: Option<String>,
    /// `error.code` or the Midjourney code, as text; absent if empty.
    pub code: Option<String>,
    /// The server's message, on one line, or a short excerpt of an answer that is not JSON.
    pub message: String,
    /// The id under which the server knows the request.
    pub request_id: Option<String>,
    /// How long the server asked us to wait (`Retry-After`, RFC 9110 section 10.2.3).
    pub retry_after: Option<Duration>,
}

impl ApiError {
    /// The HTTP status that is meant: an error inside a success, or inside a task, carries it as its code, or
    /// has a code of Midjourney's own (reference, section 9.2).
    pub(crate) fn meant(&self) -> Option<u16> {
        match (self.status, self.code.as_deref().and_then(|code| code.parse().ok())) {
            (Some(status), _) if !(200..300).contains(&status) => Some(status),
            (_, Some(3)) => Some(404),
            (_, Some(4)) => Some(400),
            (_, Some(24)) => Some(422),
            (_, Some(code @ 400..600)) => Some(code),
            (status, _) => status,
        }
    }

    /// The key is missing or wrong.
    pub fn is_authentication(&self) -> bool {
        self.meant() == Some(401) || self.kind_or_code_is(&["authentication_error"])
    }

    /// The balance or the quota is used up. A real account answers this with 402 or with 403
    /// (reference, section 14.12), others with 429; waiting does not help.
    pub fn is_payment(&self) -> bool {
        self.meant() == Some(402)
            || self.kind_or_code_is(&["payment_required", "quota_not_enough", "insufficient_quota"])
    }

    /// The task belongs to somebody else, or the key may not do this.
    pub fn is_permission(&self) -> bool {
        (self.meant() == Some(403) || self.kind_or_code_is(&["permission_error"])) && !self.is_payment()
    }

    /// No such task, or it is older than three days. Midjourney's code 3 also stands for "no instance is free".
    pub fn is_not_found(&self) -> bool {
        self.meant() == Some(404) || self.kind_or_code_is(&["not_found_error", "not_found"])
    }

    /// The parent is a grid; it must be upscaled first. Only the first words of this refusal are
    /// published (reference, section 14.5).
    pub fn is_parent_not_upscaled(&self) -> bool {
        const BEGINNING: &str = "This action requires an upscaled task";
        self.message.get(..BEGINNING.len()).is_some_and(|start| start.eq_ignore_ascii_case(BEGINNING))
    }

    /// Too many requests.
    pub fn is_rate_limit(&self) -> bool {
        (self.meant() == Some(429) || self.kind_or_code_is(&["rate_limit_error"])) && !self.is_payment()
    }

    /// Moderation refused the prompt or the picture (status 422, Midjourney code 24, or the documented
    /// reason of a failed task).
    pub fn is_moderation(&self) -> bool {
        const REASON: &str = "banned prompt";
        self.meant() == Some(422)
            || self.code.as_deref() == Some("24")
            || self.message.get(..REASON.len()).is_some_and(|start| start.eq_ignore_ascii_case(REASON))
    }

    /// Whether the server documents this as the client's own fault (reference, section 9): whatever was asked
    /// for was not executed. One that also calls it the server's fault proves nothing.
    pub(crate) fn is_clients_fault(&self) -> bool {
        const CLIENTS: [&str; 9] = [
            "invalid_request_error",
            "invalid_request",
            "authentication_error",
            "payment_required",
            "quota_not_enough",
            "permission_error",
            "not_found_error",
            "not_found",
            "rate_limit_error",
        ];
        const SERVERS: [&str; 4] = ["server_error", "internal_error", "bad_gateway", "service_unavailable"];
        let by_code = matches!(self.meant(), Some(400..=407 | 410..=499));
        (by_code || self.is_payment() || self.kind_or_code_is(&CLIENTS)) && !self.kind_or_code_is(&SERVERS)
    }

    /// The names of the predicates that hold, without their `is_`: how languages without this type ask.
    pub fn reasons(&self) -> Vec<&'static str> {
        [
            ("authentication", self.is_authentication()),
            ("payment", self.is_payment()),
            ("permission", self.is_permission()),
            ("not_found", self.is_not_found()),
            ("parent_not_upscaled", self.is_parent_not_upscaled()),
            ("rate_limit", self.is_rate_limit()),
            ("moderation", self.is_moderation()),
        ]
        .into_iter()
        .filter_map(|(name, holds)| holds.then_some(name))
        .collect()
    }

    /// Whether `type` or `code` is one of these words.
    pub(crate) fn kind_or_code_is(&self, words: &[&str]) -> bool {
        [&self.kind, &self.code].into_iter().flatten().any(|name| words.contains(&name.as_str()))
    }
}

/// As JSON: the members that the API itself gives an error, `null` where it said nothing.
impl Serialize for ApiError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_struct("ApiError", 3)?;
        members.serialize_field("message", &self.message)?;
        members.serialize_field("type", &self.kind)?;
        members.serialize_field("code", &self.code)?;
        members.end()
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            Some(status) => write!(f, "{status}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, kind: &str, message: &str) -> ApiError {
        ApiError {
            status: Some(status),
            kind: Some(kind.into()),
            message: message.into(),
            ..ApiError::default()
        }
    }

    #[test]
    fn a_used_up_quota_is_a_payment_problem_whatever_its_status() {
        let quota = answer(403, "quota_not_enough", "insufficient balance");
        assert!(quota.is_payment() && !quota.is_permission());
        assert!(answer(402, "payment_required", "").is_payment());
        assert!(answer(403, "permission_error", "").is_permission());
    }

    #[test]
    fn what_is_inside_a_success_or_a_task_is_known_by_its_code_and_type() {
        let inside = |status: Option<u16>, kind: &str, code: &str| ApiError {
            status,
            kind: Some(kind.into()),
            code: Some(code.into()),
            ..ApiError::default()
        };
        for status in [Some(200), None] {
            assert_eq!(inside(status, "", "402").reasons(), ["payment"]);
            assert_eq!(inside(status, "payment_required", "").reasons(), ["payment"]);
            assert_eq!(inside(status, "", "401").reasons(), ["authentication"]);
            assert_eq!(inside(status, "", "429").reasons(), ["rate_limit"]);
            assert_eq!(inside(status, "", "3").reasons(), ["not_found"]);
            assert_eq!(inside(status, "", "24").reasons(), ["moderation"]);
        }
        let empty = inside(Some(429), "insufficient_quota", "429");
        assert_eq!(empty.reasons(), ["payment"], "waiting does not fill an account");
    }

    #[test]
    fn only_what_is_documented_is_the_clients_fault() {
        let fault = |kind: &str, code: &str| {
            let (kind, code) = (Some(kind.into()), Some(code.into()));
            ApiError { status: Some(200), kind, code, ..ApiError::default() }.is_clients_fault()
        };
        for (kind, code) in [("invalid_request_error", ""), ("", "400"), ("x", "422"), ("", "4"), ("", "24")]
        {
            assert!(fault(kind, code), "{kind} {code}");
        }
        for (kind, code) in [
            ("server_error", ""),
            ("server_error", "400"),
            ("internal_error", ""),
            ("", "500"),
            ("", "408"),
            ("", "409"),
            ("", "9"),
            ("", "21"),
            ("surprise", "surprise"),
        ] {
            assert!(!fault(kind, code), "{kind} {code}");
        }
    }

    #[test]
    fn the_grid_refusal_is_known_by_its_first_words() {
        for message in
            ["This action requires an upscaled task...", "THIS ACTION requires an upscaled task. Sorry"]
        {
            assert!(answer(400, "invalid_request_error", message).is_parent_not_upscaled());
        }
        for message in ["", "This action", "此操作需要先放大任务才能执行此操作需要先放大任务", "no"]
        {
            assert!(!answer(400, "invalid_request_error", message).is_parent_not_upscaled());
        }
    }
}
