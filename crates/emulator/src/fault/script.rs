//! Which request a fault strikes: a list of rules, in order, with seeded chance.

use fastrand::Rng;
use serde::{Deserialize, Serialize};

use super::Fault;

/// What a fault can strike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A connection, before anything is read from it.
    Connection,
    /// `POST /v1/midjourney/generations/zoom`
    Zoom,
    /// `POST /v1/midjourney/generations/upscale`
    Upscale,
    /// `GET /v1/tasks/{task_id}`
    Task,
    /// `GET /v1/midjourney/{task_id}`
    MidjourneyTask,
    /// `GET /files/…`
    File,
}

/// When which fault strikes.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it strikes.
    pub on: Target,
    /// What it does.
    pub fault: Fault,
    /// So many are let pass first.
    #[serde(default)]
    pub skip: u64,
    /// So many are struck; without a number, all that follow.
    #[serde(default)]
    pub times: Option<u64>,
    /// How likely each of them is struck, from 0 to 1.
    #[serde(default = "certain")]
    pub chance: f64,
}

const fn certain() -> f64 {
    1.0
}

/// Faults to come: the first rule that strikes decides.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// The rules, in order.
    pub faults: Vec<Rule>,
    /// The seed of every chance.
    #[serde(default)]
    pub seed: u64,
}

impl Script {
    /// Reads a script from JSON.
    ///
    /// # Errors
    ///
    /// A text that says what is wrong: the JSON itself, an unknown name, a chance outside 0 to 1, a header
    /// or status that HTTP cannot carry, or a fault that cannot happen at its target.
    pub fn from_json(json: &[u8]) -> Result<Self, String> {
        let script: Self = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        for (number, rule) in script.faults.iter().enumerate() {
            rule.check().map_err(|problem| format!("faults[{number}]: {problem}"))?;
        }
        Ok(script)
    }
}

impl Rule {
    fn check(&self) -> Result<(), String> {
        if !(0.0..=1.0).contains(&self.chance) {
            return Err(format!("chance must be from 0 to 1, got {}", self.chance));
        }
        if !self.fault.fits(self.on) {
            return Err(format!("{:?} cannot happen on {:?}", self.fault, self.on));
        }
        if let Fault::Answer { status, headers, .. } = &self.fault {
            http::StatusCode::from_u16(*status).map_err(|error| error.to_string())?;
            for (name, value) in headers {
                http::HeaderName::try_from(name).map_err(|error| error.to_string())?;
                http::HeaderValue::try_from(value).map_err(|error| error.to_string())?;
            }
        }
        Ok(())
    }
}

/// A script at work.
#[derive(Debug)]
pub(crate) struct Faults {
    rules: Vec<Rule>,
    rng: Rng,
}

impl Faults {
    pub(crate) fn new(script: Script) -> Self {
        Self { rules: script.faults, rng: Rng::with_seed(script.seed) }
    }

    /// The fault that strikes what is just about to happen.
    pub(crate) fn strike(&mut self, target: Target) -> Option<Fault> {
        for rule in self.rules.iter_mut().filter(|rule| rule.on == target) {
            if rule.times == Some(0) {
                continue;
            }
            if rule.skip > 0 {
                rule.skip = rule.skip.saturating_sub(1);
                continue;
            }
            let lucky = rule.chance < 1.0 && self.rng.f64() >= rule.chance;
            if !lucky {
                rule.times = rule.times.map(|times| times.saturating_sub(1));
                return Some(rule.fault.clone());
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(json: &str) -> Faults {
        Faults::new(Script::from_json(json.as_bytes()).unwrap())
    }

    #[test]
    fn a_rule_strikes_its_target_after_its_skips_so_many_times() {
        let mut faults = faults(r#"{"faults":[{"on":"task","skip":1,"times":2,"fault":{"kind":"reset"}}]}"#);
        assert_eq!(faults.strike(Target::Zoom), None);
        let struck: Vec<bool> = (0..5).map(|_| faults.strike(Target::Task).is_some()).collect();
        assert_eq!(struck, [false, true, true, false, false]);
    }

    #[test]
    fn chance_is_seeded() {
        let json = r#"{"seed":7,"faults":[{"on":"zoom","chance":0.5,"fault":{"kind":"close"}}]}"#;
        let run = || {
            let mut faults = faults(json);
            (0..200).map(|_| faults.strike(Target::Zoom).is_some()).collect::<Vec<bool>>()
        };
        assert_eq!(run(), run());
        let struck = run().into_iter().filter(|struck| *struck).count();
        assert!((60..140).contains(&struck), "{struck} of 200");
    }

    #[test]
    fn a_script_that_cannot_work_is_refused_with_its_reason() {
        for (json, reason) in [
            ("{", "EOF"),
            (r#"{"faults":[{"on":"moon","fault":{"kind":"reset"}}]}"#, "moon"),
            (r#"{"faults":[{"on":"zoom","fault":{"kind":"explode"}}]}"#, "explode"),
            (r#"{"faults":[{"on":"zoom","chance":2,"fault":{"kind":"reset"}}]}"#, "faults[0]: chance"),
            (r#"{"faults":[{"on":"file","fault":{"kind":"task_modal"}}]}"#, "cannot happen on File"),
            (r#"{"faults":[{"on":"connection","fault":{"kind":"raw","text":""}}]}"#, "cannot happen"),
            (r#"{"faults":[{"on":"zoom","fault":{"kind":"answer","status":99}}]}"#, "status"),
            (
                r#"{"faults":[{"on":"zoom","fault":{"kind":"answer","status":200,"headers":{"a b":"c"}}}]}"#,
                "header",
            ),
        ] {
            let error = Script::from_json(json.as_bytes()).unwrap_err();
            assert!(error.contains(reason), "{json}: {error}");
        }
    }
}
