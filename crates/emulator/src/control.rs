//! The emulator's own endpoints under `/emulator/`.

use std::time::Duration;

use http::{Request, Response, StatusCode};
use serde::Deserialize;
use serde_json::json;

use crate::emulator::Emulator;
use crate::fault::Script;
use crate::reply::{self, Body};
use crate::route::Control;
use crate::seed::Seed;
use crate::time::Millis;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Jump {
    advance_seconds: u64,
}

impl Emulator {
    pub(crate) fn control(
        &mut self,
        control: Control,
        request: &Request<Vec<u8>>,
        clock: Millis,
    ) -> Response<Body> {
        let done = match control {
            Control::Bill => Ok(json!(self.bill(clock))),
            Control::Requests => Ok(json!(self.requests())),
            Control::Seeds => Ok(Seed::ALL
                .iter()
                .map(|seed| json!({ "task_id": seed.task_id, "description": seed.description }))
                .collect()),
            Control::Faults => Script::from_json(request.body()).map(|script| {
                self.inject(script);
                json!({})
            }),
            Control::Settings => read(request).map(|settings| {
                self.set(settings);
                json!(settings)
            }),
            Control::Time => read(request).map(|jump: Jump| {
                self.advance(Duration::from_secs(jump.advance_seconds));
                json!({ "now": self.now(clock).seconds() })
            }),
            Control::Reset => {
                self.reset(clock);
                Ok(json!({}))
            }
        };
        match done {
            Ok(answer) => reply::json(StatusCode::OK, &answer),
            Err(problem) => reply::json(StatusCode::BAD_REQUEST, &json!({ "error": problem })),
        }
    }
}

fn read<T: for<'de> Deserialize<'de>>(request: &Request<Vec<u8>>) -> Result<T, String> {
    serde_json::from_slice(request.body()).map_err(|error| error.to_string())
}
