//! The settings of a client as loosely typed values, the way they arrive from Python, Node or a command line.

use std::fmt;
use std::sync::Arc;

use zoomout::{ApiKey, Client, ClientBuilder, Error, MachineClock, Policy, Timeouts, seconds};

use crate::ledger_file::LedgerFile;

/// The settings of a client before they were checked. What is not given is the builder's default.
///
/// A Rust program uses [`ClientBuilder`] directly; this is the one place where other languages turn their
/// values into one, so that all of them refuse the same input with the same words.
///
/// ```
/// use zoomout_binding::Settings;
///
/// let settings = Settings { timeout: Some(0.0), ..Settings::default() };
/// assert_eq!(settings.builder().unwrap_err().field(), Some("timeout"));
/// ```
#[derive(Clone, Default)]
pub struct Settings {
    /// The key; without one, the environment is asked as by [`ClientBuilder::from_env`].
    pub api_key: Option<ApiKey>,
    /// The address of the API.
    pub base_url: Option<String>,
    /// In which language the messages of failed tasks are worded.
    pub language: Option<String>,
    /// How long to wait for a task in all, in seconds.
    pub timeout: Option<f64>,
    /// How long each phase of one call may take, in seconds.
    pub call_timeout: Option<f64>,
    /// `never`, `safe` or `eager`; see [`Resubmit`](zoomout::Resubmit).
    pub resubmit: Option<String>,
    /// Where it is written down what was submitted; in memory without it.
    pub ledger: Option<LedgerFile>,
    /// How many times faster than real time the waits pass, beside an emulator whose time runs fast.
    pub pace: Option<f64>,
}

impl Settings {
    /// The builder that the settings describe.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](zoomout::ErrorKind::Invalid), naming the setting.
    pub fn builder(self) -> Result<ClientBuilder, Error> {
        let policy = self.policy()?;
        let mut builder = match self.api_key {
            Some(key) => Client::builder(key),
            None => ClientBuilder::from_env()?,
        };
        builder = builder.policy(policy);
        if let Some(url) = self.base_url {
            builder = builder.base_url(url.parse()?);
        }
        if let Some(language) = self.language {
            builder = builder.language(language.parse()?);
        }
        if let Some(limit) = self.call_timeout {
            builder = builder.timeouts(Timeouts::each(seconds("call_timeout", limit)?));
        }
        if let Some(file) = self.ledger {
            builder = builder.ledger(file.ledger(self.pace.unwrap_or(1.0)));
        }
        if let Some(pace) = self.pace {
            builder = builder.clock(Arc::new(MachineClock::at_pace(pace)));
        }
        Ok(builder)
    }

    /// The policy that the settings describe.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](zoomout::ErrorKind::Invalid), naming `timeout` or `resubmit`.
    pub fn policy(&self) -> Result<Policy, Error> {
        let mut policy = Policy::default();
        if let Some(timeout) = self.timeout {
            policy = policy.deadline(seconds("timeout", timeout)?);
        }
        if let Some(resubmit) = &self.resubmit {
            policy = policy.resubmit(resubmit.parse()?);
        }
        Ok(policy)
    }
}

/// Without the key.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("base_url", &self.base_url)
            .field("language", &self.language)
            .field("timeout", &self.timeout)
            .field("call_timeout", &self.call_timeout)
            .field("resubmit", &self.resubmit)
            .field("ledger", &self.ledger)
            .field("pace", &self.pace)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings { api_key: Some(ApiKey::new("sk-MARK").unwrap()), ..Settings::default() }
    }

    #[test]
    fn each_refusal_names_its_setting() {
        let refusals = [
            (Settings { base_url: Some("ftp://x".into()), ..settings() }, "base_url"),
            (Settings { language: Some("tlh".into()), ..settings() }, "language"),
            (Settings { timeout: Some(f64::NAN), ..settings() }, "timeout"),
            (Settings { call_timeout: Some(-1.0), ..settings() }, "call_timeout"),
            (Settings { resubmit: Some("always".into()), ..settings() }, "resubmit"),
        ];
        for (settings, name) in refusals {
            assert_eq!(settings.clone().builder().unwrap_err().field(), Some(name), "{settings:?}");
        }
        assert!(settings().builder().is_ok());
    }

    #[test]
    fn the_key_is_not_in_debug() {
        assert!(!format!("{:?}", settings()).contains("MARK"));
    }
}
